#!/usr/bin/env bash
# Package:  phonenumber 0.3.10+9.0.33 (crates.io); the peer is phonenumbers 9.0.33 (PyPI) with the same
#           metadata.
# Input:    numbers in E.164 form: a landline of Saint Petersburg, a toll-free number of Lithuania, one of
#           Belarus.
# Expected: valid, and E.164 form gives back what went in. In E.164 (ITU-T) no national prefix follows the
#           country code, and libphonenumber takes a prefix away only if what is left is still a number.
# Seen:     the crate takes the leading 8 of the area code for the national prefix, drops it, and calls the
#           rest invalid.
# Matters:  whoever keys payers by the E.164 text refuses a city, or keeps a number that nobody has.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
python3 -m venv venv && venv/bin/pip install --quiet --disable-pip-version-check phonenumbers==9.0.33
cargo init --quiet --name probe .
cargo add --quiet 'phonenumber@=0.3.10'
cat > src/main.rs <<'RUST'
fn main() {
    for text in std::env::args().skip(1) {
        let number = phonenumber::parse(None, &text).unwrap();
        let e164 = number.format().mode(phonenumber::Mode::E164).to_string();
        println!("{text} {e164} {}", phonenumber::is_valid(&number));
    }
}
RUST
numbers=(+78121234567 +37080012345 +3758011234567 +6591234567)
CARGO_TARGET_DIR=target cargo run --quiet -- "${numbers[@]}" > crate.txt
venv/bin/python - "${numbers[@]}" > peer.txt <<'PYTHON'
import sys
import phonenumbers as p
for text in sys.argv[1:]:
    number = p.parse(text)
    print(text, p.format_number(number, p.PhoneNumberFormat.E164), str(p.is_valid_number(number)).lower())
PYTHON
cat > seen.txt <<'SEEN'
+78121234567 +7121234567 false
+37080012345 +370012345 false
+3758011234567 +37511234567 false
+6591234567 +6591234567 true
SEEN
cat > right.txt <<'RIGHT'
+78121234567 +78121234567 true
+37080012345 +37080012345 true
+3758011234567 +3758011234567 true
+6591234567 +6591234567 true
RIGHT
cat crate.txt
diff right.txt peer.txt && diff seen.txt crate.txt
