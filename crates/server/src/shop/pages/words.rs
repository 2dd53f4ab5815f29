//! What the pages say, in each language: key, English, French. `{name}` is filled in.

type Words = [(&'static str, &'static str, &'static str)];

/// Every word. A page that asks for another one is not shown, and a test shows every page.
#[rustfmt::skip]
pub(super) const WORDS: &Words = &[
    // Every page.
    ("language_name", "English", "Français"),
    ("brand", "My Beads Box", "My Beads Box"),
    ("skip", "Skip to the content", "Aller au contenu"),
    ("other_language", "Language", "Langue"),
    ("footer", "Gift experiences, given as vouchers.", "Des expériences à offrir, en bons cadeaux."),
    ("home", "All vouchers", "Tous les bons"),
    ("new_tab", "opens in a new tab", "s’ouvre dans un nouvel onglet"),
    // The cards.
    ("choose_title", "Gift vouchers", "Bons cadeaux"),
    ("choose_heading", "Give an experience", "Offrez une expérience"),
    ("choose_intro", "Choose a voucher, say who it is for, and get it by e-mail, ready to print. It is good in any of our shops.",
                     "Choisissez un bon, dites pour qui il est, et recevez-le par e-mail, prêt à imprimer. Il est valable dans toutes nos boutiques."),
    ("buy_for", "Buy for {price}", "Acheter pour {price}"),
    ("valid_months", "Valid for {months} months", "Valable {months} mois"),
    ("valid_month", "Valid for one month", "Valable un mois"),
    ("valid_years", "Valid for {years} years", "Valable {years} ans"),
    ("valid_year", "Valid for one year", "Valable un an"),
    ("valid_always", "No end date", "Sans limite de date"),
    ("vat_included", "Price with VAT", "Prix TTC"),
    ("none_title", "Nothing on sale right now", "Rien en vente pour le moment"),
    ("none_text", "Please come back a little later, or visit one of our shops.", "Revenez un peu plus tard, ou passez dans l’une de nos boutiques."),
    // The form.
    ("buy_title", "Buy a voucher", "Acheter un bon"),
    ("error_prefix", "Error: {title}", "Erreur\u{a0}: {title}"),
    ("errors_heading", "Please check what you typed", "Vérifiez votre saisie"),
    ("errors_text", "Nothing has been ordered yet. What you typed is still here.", "Rien n’a encore été commandé. Votre saisie est conservée."),
    ("your_voucher", "Your voucher", "Votre bon"),
    ("more_about", "What it is about", "De quoi il s’agit"),
    ("about_you", "About you", "À propos de vous"),
    ("buyer", "Your name", "Votre nom"),
    ("buyer_hint", "Stands on the voucher, if it is a gift.", "Figure sur le bon, s’il est à offrir."),
    ("email", "Your e-mail address", "Votre adresse e-mail"),
    ("email_hint", "We send the voucher there, as a PDF.", "Nous y envoyons le bon, en PDF."),
    ("as_gift", "If it is a gift", "S’il est à offrir"),
    ("recipient", "For whom", "Pour qui"),
    ("message", "Your message", "Votre message"),
    ("message_hint", "Up to 1,000 characters.", "1\u{202f}000 caractères au plus."),
    ("optional", "optional", "facultatif"),
    ("payment", "How would you like to pay?", "Comment souhaitez-vous payer\u{a0}?"),
    ("pay_card", "By card, now", "Par carte, maintenant"),
    ("pay_card_hint", "You pay on the secure page of Stripe and get the voucher at once.", "Vous payez sur la page sécurisée de Stripe et recevez le bon aussitôt."),
    ("pay_in_shop", "In the shop", "En boutique"),
    ("pay_in_shop_hint", "We hold it for you until {until}. Pay in any of our shops and you have the voucher.",
                         "Nous le réservons pour vous jusqu’au {until}. Payez dans l’une de nos boutiques et le bon est à vous."),
    ("honeypot", "Leave this empty", "Laissez ce champ vide"),
    ("to_pay", "To pay", "À payer"),
    ("submit_choice", "Order for {price}", "Commander pour {price}"),
    ("submit_card", "Pay {price} by card", "Payer {price} par carte"),
    ("submit_in_shop", "Reserve for {price}", "Réserver pour {price}"),
    ("privacy", "We use your name and e-mail address for this voucher and nothing else.",
                "Nous utilisons votre nom et votre adresse e-mail pour ce bon et pour rien d’autre."),
    // What is wrong with it.
    ("fault_required_buyer", "Type your name", "Saisissez votre nom"),
    ("fault_required_email", "Type your e-mail address: the voucher goes there", "Saisissez votre adresse e-mail\u{a0}: le bon y est envoyé"),
    ("fault_email", "This is no e-mail address, such as name@example.com", "Ce n’est pas une adresse e-mail, du type nom@exemple.fr"),
    ("fault_too_long", "At most {limit} characters", "{limit} caractères au plus"),
    ("fault_character", "There is a character in it that cannot be printed", "Il contient un caractère qui ne peut pas être imprimé"),
    ("fault_payment", "Choose how you want to pay", "Choisissez comment vous voulez payer"),
    ("fault_cookie", "Your browser did not send the cookie of this form. Allow cookies for this page, then send the form again",
                     "Votre navigateur n’a pas envoyé le cookie de ce formulaire. Autorisez les cookies pour cette page, puis renvoyez le formulaire"),
    ("fault_old", "This form was open for a long time. Look it over and send it again", "Ce formulaire est resté ouvert longtemps. Relisez-le et renvoyez-le"),
    ("fault_fast", "That was very quick. Look over what you typed and send it again", "C’était très rapide. Relisez votre saisie et renvoyez-la"),
    ("fault_many", "Many forms came from your connection. Wait a few minutes and send this one again",
                   "Beaucoup de formulaires sont venus de votre connexion. Attendez quelques minutes et renvoyez celui-ci"),
    ("fault_robot", "The field at the end has to stay empty. Empty it and send the form again", "Le dernier champ doit rester vide. Videz-le et renvoyez le formulaire"),
    ("fault_let_go", "The order that you made with this form has ended, and nothing was paid for it. Look it over and send it again",
                     "La commande passée avec ce formulaire est terminée, et rien n’a été payé pour elle. Relisez-le et renvoyez-le"),
    ("fault_changed", "The voucher or its price changed while you were typing. Look at it again before you order",
                      "Le bon ou son prix a changé pendant votre saisie. Vérifiez-le avant de commander"),
    // The order.
    ("order_issued_title", "Thank you", "Merci"),
    ("order_issued_heading", "Thank you, here is your voucher", "Merci, voici votre bon"),
    ("order_issued_mailed", "It is on its way to {email} as well, as a PDF to print.", "Il part aussi vers {email}, en PDF à imprimer."),
    ("order_issued_not_mailed", "Save or print it now: keep the PDF, or this page.", "Enregistrez-le ou imprimez-le maintenant\u{a0}: gardez le PDF, ou cette page."),
    ("order_what_next", "What to do with it", "Et maintenant"),
    ("order_next_pdf", "Download the PDF and print it, or keep it on your phone.", "Téléchargez le PDF et imprimez-le, ou gardez-le sur votre téléphone."),
    ("order_next_show", "Show the QR code or tell the code at the counter of any of our shops.", "Présentez le QR code ou donnez le code à la caisse de l’une de nos boutiques."),
    ("order_next_safe", "Keep it safe: whoever shows it first can use it. So do not share the address of this page.",
                        "Gardez-le en lieu sûr\u{a0}: la première personne qui le présente peut l’utiliser. Ne partagez donc pas l’adresse de cette page."),
    ("order_download", "Download the voucher (PDF)", "Télécharger le bon (PDF)"),
    ("order_qr", "QR code of the voucher", "QR code du bon"),
    ("order_code", "Code", "Code"),
    ("order_for", "For", "Pour"),
    ("order_from", "From", "De la part de"),
    ("order_until", "Valid until", "Valable jusqu’au"),
    ("order_validity", "Validity", "Validité"),
    ("order_value", "Value", "Valeur"),
    ("order_another", "Buy another voucher", "Acheter un autre bon"),
    ("order_reserved_title", "Your reservation", "Votre réservation"),
    ("order_reserved_heading", "Your voucher is reserved", "Votre bon est réservé"),
    ("order_reserved_text", "Tell this code at the counter of any of our shops and pay there. You get the voucher at once, and by e-mail.",
                            "Donnez ce code à la caisse de l’une de nos boutiques et payez sur place. Vous recevez le bon aussitôt, et par e-mail."),
    ("order_reservation", "Reservation", "Réservation"),
    ("order_held_until", "Held until", "Réservé jusqu’au"),
    ("order_keep", "Keep this page or write the code down: there is no e-mail until it is paid.", "Gardez cette page ou notez le code\u{a0}: aucun e-mail ne part avant le paiement."),
    ("order_unpaid_title", "Not paid yet", "Pas encore payé"),
    ("order_unpaid_heading", "Not paid yet", "Pas encore payé"),
    ("order_unpaid_text", "We have no word of your payment. If you have just paid, this page shows your voucher in a moment. Nothing is paid twice.",
                          "Nous n’avons pas encore de nouvelles de votre paiement. Si vous venez de payer, le bon apparaît ici dans un instant. Rien n’est payé deux fois."),
    ("order_unpaid_trouble", "The payment page could not be opened. Try again in a moment. Nothing is paid twice.",
                             "La page de paiement n’a pas pu s’ouvrir. Réessayez dans un instant. Rien n’est payé deux fois."),
    ("order_on_its_way_title", "Payment on its way", "Paiement en cours"),
    ("order_on_its_way_heading", "Your payment is on its way", "Votre paiement est en cours"),
    ("order_on_its_way_text", "Your bank takes its time over it, some days perhaps. Your voucher comes by e-mail when the money is here, and appears on this page. You need not do anything.",
                              "Votre banque prend son temps, quelques jours peut-être. Votre bon arrive par e-mail quand l’argent est là, et apparaît sur cette page. Vous n’avez rien à faire."),
    ("order_pay_now", "Pay {price} by card", "Payer {price} par carte"),
    ("order_look_again", "Look again", "Actualiser"),
    ("order_paid_title", "Paid", "Payé"),
    ("order_paid_heading", "Thank you, your payment is here", "Merci, votre paiement est arrivé"),
    ("order_paid_text", "Your voucher takes a little longer than usual. It comes by e-mail, and appears on this page. You need not do anything.",
                        "Votre bon prend un peu plus de temps que d’habitude. Il arrive par e-mail et apparaît sur cette page. Vous n’avez rien à faire."),
    ("order_trouble_heading", "We are looking at your payment", "Nous vérifions votre paiement"),
    ("order_trouble_text", "Your payment and your order do not fit together. Nothing is lost: please get in touch with us and tell your reservation.",
                           "Votre paiement et votre commande ne correspondent pas. Rien n’est perdu\u{a0}: contactez-nous en indiquant votre réservation."),
    ("order_expired_title", "Order ended", "Commande terminée"),
    ("order_expired_heading", "This order has ended", "Cette commande est terminée"),
    ("order_expired_text", "It was not paid in time, and nothing was charged. If you did pay, the voucher still comes by e-mail.",
                           "Elle n’a pas été payée à temps, et rien n’a été débité. Si vous avez payé, le bon arrive tout de même par e-mail."),
    ("order_cancelled_text", "It was replaced by a later one, or its payment did not come, and nothing was charged.",
                             "Elle a été remplacée par une autre, ou son paiement n’est pas arrivé, et rien n’a été débité."),
    ("order_settled_text", "We looked at its payment and dealt with it. If money or a voucher is missing, please get in touch with us and tell your reservation.",
                           "Nous avons vérifié et réglé son paiement. S’il manque de l’argent ou un bon, contactez-nous en indiquant votre réservation."),
    ("order_used_heading", "This voucher has been used", "Ce bon a été utilisé"),
    ("order_over_heading", "This voucher is no longer good", "Ce bon n’est plus valable"),
    ("order_over_text", "Its code is not shown any more. If that surprises you, ask in one of our shops.",
                        "Son code n’est plus affiché. Si cela vous étonne, renseignez-vous dans l’une de nos boutiques."),
    // Trouble.
    ("trouble_404_heading", "This page does not exist", "Cette page n’existe pas"),
    ("trouble_404_text", "The address may be mistyped, or the order was forgotten a while after it ended.",
                         "L’adresse est peut-être mal saisie, ou la commande a été effacée quelque temps après sa fin."),
    ("trouble_410_heading", "This voucher is not on sale any more", "Ce bon n’est plus en vente"),
    ("trouble_410_text", "Nothing was ordered. Perhaps you like another one.", "Rien n’a été commandé. Un autre vous plaira peut-être."),
    ("trouble_429_heading", "A little slower, please", "Un peu moins vite, s’il vous plaît"),
    ("trouble_429_text", "There were many requests from your connection. Wait a few minutes and try again. Nothing was ordered by this one.",
                         "Votre connexion a envoyé beaucoup de demandes. Attendez quelques minutes et réessayez. Celle-ci n’a rien commandé."),
    ("trouble_503_heading", "The shop is busy", "La boutique est très demandée"),
    ("trouble_503_text", "Please try again in a moment. If you have just ordered, send the form again: it is the same order, and nothing is paid twice.",
                         "Réessayez dans un instant. Si vous venez de commander, renvoyez le formulaire\u{a0}: c’est la même commande, et rien n’est payé deux fois."),
    ("trouble_500_heading", "Something went wrong on our side", "Un problème est survenu de notre côté"),
    ("trouble_500_text", "It was noted. If you have just ordered, send the form again: it is the same order, and nothing is paid twice.",
                         "Il a été noté. Si vous venez de commander, renvoyez le formulaire\u{a0}: c’est la même commande, et rien n’est payé deux fois."),
    ("trouble_400_heading", "This request was not understood", "Cette demande n’a pas été comprise"),
    ("trouble_400_text", "Nothing was ordered. Go back to the vouchers and begin again.", "Rien n’a été commandé. Revenez aux bons et recommencez."),
    ("trouble_403_heading", "This form comes from another page", "Ce formulaire vient d’une autre page"),
    ("trouble_403_text", "Nothing was ordered. Go to the vouchers and choose one there.", "Rien n’a été commandé. Allez aux bons et choisissez-en un."),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_word_is_there_once_and_in_both_languages() {
        let keys: BTreeSet<&str> = WORDS.iter().map(|(key, ..)| *key).collect();
        assert_eq!(keys.len(), WORDS.len());
        for (key, en, fr) in WORDS {
            assert!(!en.trim().is_empty() && !fr.trim().is_empty(), "{key}");
            let names =
                |text: &str| -> BTreeSet<String> { text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name.to_owned()).collect() };
            assert_eq!(names(en), names(fr), "{key}");
            for mark in [" :", " ;", " !", " ?", " »"] {
                assert!(!fr.contains(mark), "{key}: a non-breaking space before {mark:?}");
            }
        }
    }
}
