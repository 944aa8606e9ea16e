"""Letters of the squares in which the Ordnance Survey counts (its National Grid), and what may follow them."""

LETTERS = (
    "HP|HT|HU|HW|HX|HY|HZ|NA|NB|NC|ND|NF|NG|NH|NJ|NK|NL|NM|NN|NO|NR|NS|NT|NU|NW|NX|NY|NZ|OV|SC|SD|SE|SH|SJ|SK|SM|SN|SO|SP|"
    "SR|SS|ST|SU|SV|SW|SX|SY|SZ|TA|TF|TG|TL|TM|TQ|TR|TV"
)
ALONE = rf"(?!(?<=\b(?i:{LETTERS}))(?<!\b(?i:NO)(?=[07]))\d{{10}}(?!\d))"
"""Not ten figures right behind such letters, which name a metre; `NO7700900123` is a telephone."""
