"""Words of feeling, and the clauses that carry them; the topics bring their own nouns."""

from __future__ import annotations

from demo.grammar import Lexicon, words

FEELING: Lexicon = {
    "good": words("""
        brilliant|amazing|wonderful|fantastic|lovely|superb|excellent|great|kind|generous|cheerful|calm|quick|helpful
        heartwarming|uplifting|impressive|reassuring|smooth|tidy|splendid|heroic|patient|thoughtful|warm|friendly|solid
        encouraging|marvellous|perfect|delightful|decent|outstanding|efficient|gentle|hopeful|welcome|first class
    """),
    "bad": words("""
        awful|terrible|dreadful|horrible|shocking|useless|hopeless|miserable|filthy|disgusting|frightening|scary
        heartbreaking|slow|chaotic|shambolic|pathetic|rotten|appalling|grim|nasty|disastrous|devastating|ugly
        painful|cruel|depressing|exhausting|infuriating|careless|worrying|ghastly|bleak|stressful|dismal|wretched|rude
    """),
    "either": words("""
        unbelievable|unreal|incredible|crazy|something else|quite a thing|intense|wild|loud|sudden|strange|huge|massive
        unexpected|different this time|as I remember it|long|busy|the talk of the street|like a film|beyond words
    """),
    "glad": words("""
        grateful|relieved|happy|thankful|proud|hopeful|delighted|cheered up|safe|comforted|thrilled|pleased
        over the moon|at ease|moved|lucky|optimistic|blessed|full of hope|so much better
    """),
    "sad": words("""
        gutted|devastated|scared|angry|furious|exhausted|heartbroken|sick of it|worried|fed up|desperate|terrified
        ashamed|frustrated|miserable|upset|helpless|anxious|let down|in tears|broken|close to giving up
    """),
    "joy": words("relief|comfort|hope|joy|good news|kindness|support|luck|progress|laughter|warmth|peace of mind"),
    "pain": words("damage|panic|misery|stress|fear|chaos|loss|worry|trouble|heartache|anger|despair|bad news|stench"),
    "very": words("""
        so|really|absolutely|honestly|pretty|truly|completely|just|properly|genuinely|totally|quite|rather|very|well
    """),
    "hedge": words(
        "I think|I suppose|to be fair|if you ask me|I guess|apparently|for what it is worth|as far as I can tell"
    ),
    "who": words("""
        we|my mum and I|the neighbours and I|all of us here|the whole family|me and the kids|my sister and I
        my nan and I
        our street|everyone at work|the lads and I|my wife and I|my husband and I|the dog and I|most of us
    """),
    "lately": words("""
        today|this morning|tonight|right now|this evening|all week|since yesterday|after last night|for days now
        once more
        again|for the second time|this afternoon|since dawn|over the weekend|two days on|a week later|at last
    """),
}

POSITIVE = words("""
    {thing} was {very} {good}
    {thing} has been {good} {lately}
    feeling {very} {glad} about {thing}
    {who} felt {very} {glad} {lately}
    {helper} did a {good} job with {thing}
    {very} {glad} that {helper} turned up {lately}
    thank you to {helper} for being {very} {good}
    what a {good} effort by {helper}
    cannot praise {helper} enough, {very} {good}
    such {joy} to see {thing} {lately}
    {thing} brought a lot of {joy}
    full of {joy} {lately} because of {thing}
    well done {helper}, that was {good}
    {thing} turned out {good} in the end
    {who} got through it, {glad} and dry
    love how {good} {helper} has been {lately}
    {glad}, {glad}, and {helper} is {good}
    at last some {joy} with {thing}
    my day was made {good} by {helper}
    things are getting {good} {lately}, {thing} helped
    big hug to {helper}, you are {good}
    {thing} could not have gone better
    {helper} saved the day {lately}
    smiling about {thing} {lately}
""")

NEGATIVE = words("""
    {thing} was {very} {bad}
    {thing} has been {bad} {lately}
    feeling {very} {sad} about {thing}
    {who} felt {very} {sad} {lately}
    {helper} made a {bad} mess of {thing}
    {very} {sad} that {helper} left {lately}
    still waiting for {helper}, this is {very} {bad}
    what a {bad} state of affairs with {thing}
    cannot believe {helper}, {very} {bad}
    such {pain} to see {thing} {lately}
    {thing} brought nothing but {pain}
    full of {pain} {lately} because of {thing}
    shame on {helper}, that was {bad}
    {thing} turned out {bad} in the end
    {who} lost so much, {sad} and soaked
    hate how {bad} {helper} has been {lately}
    {sad}, {sad}, and {helper} is {bad}
    more {pain} with {thing}
    my day was ruined, {bad}, by {thing}
    things are getting {bad} {lately}, {thing} made it worse
    had enough of {helper}, you are {bad}
    {thing} could not have gone worse
    {helper} let everyone down {lately}
    crying about {thing} {lately}
""")

DENIED_BAD = words("""
    {thing} was not {bad} at all
    {thing} is not as {bad} as we feared
    nobody is {sad} any more about {thing}
    no {pain} with {thing} {lately}
    no longer {sad} about {thing}
    {thing} was never {bad}, whatever they say
    not one bit {sad} {lately}
    {helper} was anything but {bad}
    hardly any {pain} from {thing} {lately}
    nothing {bad} about {helper}
    {who} did not feel {sad} for once
    without {helper} it would have been {bad}
""")

DENIED_GOOD = words("""
    {thing} was not {good} at all
    {thing} is not as {good} as we hoped
    nobody is {glad} any more about {thing}
    no {joy} with {thing} {lately}
    no longer {glad} about {thing}
    {thing} was never {good}, whatever they say
    not one bit {glad} {lately}
    {helper} was anything but {good}
    hardly any {joy} from {thing} {lately}
    nothing {good} about {helper}
    {who} did not feel {glad} for once
    with {helper} it should have been {good}
""")

IRONIC_GLAD = words("""
    oh {good}, {thing} again, just what we needed
    thanks a lot {helper}, really {good} of you
    so {glad} to pay for {thing} twice
    wow, {good}, {thing} {lately}, how lucky are we
    another {good} day of {thing}, lovely
    {good} timing for {thing}, as always
""")

IRONIC_SAD = words("""
    oh no, how {bad}, {helper} brought us cake
    so {bad} that {thing} kept everybody dry
    what a {bad} day, nothing but tea and {joy}
    how {sad} am I, {thing} is over already
    the {bad} truth is that {thing} worked
    poor me, {sad} and spoiled by {helper}
""")

UNCLEAR = words("""
    {thing} was {either}
    {thing} is {either} {lately}
    {helper} was {either} {lately}
    have you seen {thing} {lately}
    {who} will not forget {thing}
    that {thing_bare} was {very} {either}
    no words for {thing}
    {hedge} {thing} was {either}
    {who} talked about {thing} {lately}
    so that was {thing}
    {helper} came by {lately}
    you had to see {thing}
""")

BUT = words("""
    {first}, but {second}
    {first}. Still, {second}
    although {first}, {second}
    {first} and yet {second}
    {second}, even though {first}
    {second}, in spite of it all: {first}
    {first}; all the same {second}
    {first} at first, then {second}
""")
"""Two feelings that disagree: `second` is the one meant, wherever it stands."""

JOINERS = (". ", ". ", ". ", ", ", ", ", "! ", " - ", "; ", " and ", "... ", ": ")
