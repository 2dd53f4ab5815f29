-- Whether a voucher goes to its buyer by mail unless its seller chooses otherwise; NULL where no mail can be sent. It repeats `mail_settings` and
-- the program's own configuration for the devices, because a seller is asked without the server as well. docs/adr/0038 says why.
ALTER TABLE settings ADD COLUMN mails_at_sale boolean;
