use beadsbox_protocol::enrol_ticket::{EnrolTicket, EnrolTicketError, MOST_SERVER_CHARACTERS, PREFIX};
use rstest::rstest;

const SERVER: &str = "https://vouchers.example.org:8443/beads";
const CODE: &str = "7KQ2-M9XA-4TBD";
/// As it was printed once: later programs have to read it.
const PRINTED: &str = "MBE1:0PDOM4A9DIWENPEJ/5Y/E $E+8D4LE.%5$9FQ$DTVD7*5$KE9G7:Q68L6YJC2ECKOEP:6-BAWW5AB7ZA8VR6:G8YD1XED5UD5L6D44G/D*MEUIL";

fn ticket() -> EnrolTicket {
    EnrolTicket::new(SERVER, CODE, Some("Till 3, entrée")).expect("a ticket")
}

#[test]
fn a_ticket_reads_back_as_it_was_printed_in_small_letters_and_with_the_scanners_ending() {
    assert_eq!(ticket().text(), PRINTED);
    for text in [PRINTED.to_owned(), PRINTED.to_lowercase(), format!(" {PRINTED}\r\n")] {
        let read = EnrolTicket::parse(&text).expect("a ticket");
        assert_eq!((read.server(), read.code(), read.name()), (SERVER, CODE, Some("Till 3, entrée")));
    }
    let unnamed = EnrolTicket::new(SERVER, CODE, None).expect("a ticket");
    assert_eq!(EnrolTicket::parse(&unnamed.text()).expect("a ticket").name(), None);
}

#[test]
fn one_wrong_symbol_anywhere_is_found() {
    let printed: Vec<char> = PRINTED.chars().collect();
    for at in PREFIX.len()..printed.len() {
        for wrong in ['0', 'A', ':', 'é'] {
            let mut altered = printed.clone();
            if altered[at] == wrong {
                continue;
            }
            altered[at] = wrong;
            let altered: String = altered.into_iter().collect();
            assert_eq!(EnrolTicket::parse(&altered), Err(EnrolTicketError::Damaged), "{altered}");
        }
        let cut: String = printed[..at].iter().collect();
        assert_eq!(EnrolTicket::parse(&cut), Err(EnrolTicketError::Damaged), "{cut}");
    }
}

#[rstest]
#[case::nothing("", EnrolTicketError::NotATicket)]
#[case::a_voucher_code("CAR0-VAN0-TESTX", EnrolTicketError::NotATicket)]
#[case::a_signed_voucher("MBB1:NCFOXN%TS3DH", EnrolTicketError::NotATicket)]
#[case::a_badge("MBBB1:0F3A52C7D9E81B64A0C3F5D7E91B24680F3A52C7", EnrolTicketError::NotATicket)]
#[case::an_address("https://vouchers.example.org", EnrolTicketError::NotATicket)]
#[case::its_beginning_alone("MBE1:", EnrolTicketError::Damaged)]
#[case::of_a_later_form("MBE2:NCFOXN", EnrolTicketError::NewerForm)]
fn what_is_none_says_which(#[case] text: &str, #[case] error: EnrolTicketError) {
    assert_eq!(EnrolTicket::parse(text), Err(error));
}

#[test]
fn what_is_too_long_is_not_looked_at() {
    let long = format!("{PREFIX}{}", "0".repeat(100_000));
    assert_eq!(EnrolTicket::parse(&long), Err(EnrolTicketError::TooLong));
    let longest = format!("https://{}", "a".repeat(MOST_SERVER_CHARACTERS - 8));
    let name = "é".repeat(100);
    let ticket = EnrolTicket::new(&longest, CODE, Some(&name)).expect("a ticket");
    assert_eq!(EnrolTicket::parse(&ticket.text()), Ok(ticket), "the longest there can be");
}

#[rstest]
#[case::no_server("", CODE)]
#[case::no_code(SERVER, "")]
#[case::a_line_more("https://a.example\nx", CODE)]
#[case::a_space("https://a.example /", CODE)]
#[case::too_long(&"a".repeat(MOST_SERVER_CHARACTERS + 1), CODE)]
#[case::a_long_code(SERVER, &"A".repeat(41))]
fn what_none_can_say(#[case] server: &str, #[case] code: &str) {
    assert_eq!(EnrolTicket::new(server, code, None), Err(EnrolTicketError::NotAnAddress));
}

#[test]
fn a_name_is_a_name_and_a_code_goes_into_no_log() {
    assert!(matches!(EnrolTicket::new(SERVER, CODE, Some(&"a".repeat(101))), Err(EnrolTicketError::Name(_))));
    assert!(!format!("{:?}", ticket()).contains(CODE));
}
