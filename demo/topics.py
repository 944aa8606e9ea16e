"""What the tweets are about: eight topics with facts, things and helpers of their own."""

from __future__ import annotations

from dataclasses import dataclass

from demo.grammar import Lexicon, words


@dataclass(frozen=True, eq=False)
class Topic:
    """One subject of conversation.

    Attributes:
        name: Its name.
        share: How often it comes up, relative to the others.
        positive: Share of its opinions that are positive.
        facts: Templates of statements without feeling.
        lexicon: Its slots; `thing` (a noun phrase), `thing_bare` (without article) and `helper` are used by feelings.
        tags: Hashtags.
    """

    name: str
    share: float
    positive: float
    facts: tuple[str, ...]
    lexicon: Lexicon
    tags: tuple[str, ...]


def _topic(
    name: str, share: float, positive: float, facts: str, things: str, helpers: str, tags: str, **slots: str
) -> Topic:
    bare = words(things)
    lexicon: Lexicon = {
        "thing": tuple(f"the {thing}" for thing in bare),
        "thing_bare": bare,
        "helper": words(helpers),
        **{slot: words(text) for slot, text in slots.items()},
    }
    return Topic(name, share, positive, words(facts), lexicon, words(tags))


TOPICS = (
    _topic(
        "rescue", 1.2, 0.58,
        """
        {crew} {fetched} {number} people from {place} {when}
        {crew} on the way to {place}, {number} {stranded} there
        helicopter over {place} {when}, {crew} with ropes below
        {number} {stranded} reported near {place}, {crew} searching
        evacuation of {place} {when}, shelter in the {hall}
        {crew} going door to door in {place} with a loudhailer
        rescue from a roof in {place}, winch and stretcher used
        999 calls from {place} {when}, {crew} asks people to wave a torch
        dinghy launched at {place}, life jackets handed out to {number}
        search of {place} ended {when}, everybody accounted for
        """,
        """rescue from the roof|evacuation|boat trip to the shelter|night in the shelter|search for the missing
        winch lift
        life jacket|search party|lifeboat launch|helicopter flight|wait on the roof|call to the emergency line
        carry down the stairs""",
        """the lifeboat crew|the fire crew|the coastguard|the paramedics|the helicopter team|the rescue divers
        the mountain rescue
        the search team|the crew with the dinghy|the rescue volunteers""",
        "#rescue|#evacuation|#lifeboat|#safe",
        crew="the lifeboat crew|firefighters|the coastguard|rescue divers|mountain rescue|paramedics|"
        "a rescue helicopter|the dinghy team",
        fetched="lifted|rescued|evacuated|carried|ferried|winched|brought",
        stranded="stranded residents|people on a roof|campers|families upstairs|drivers stranded|patients|"
        "guests of the hotel",
        hall="sports hall|town hall|church hall|leisure centre|village hall",
    ),
    _topic(
        "roads", 1.1, 0.3,
        """
        {road} closed between {place} and {place} {when}
        diversion from {road} through {place}, allow {number} minutes
        {vehicle} stuck on {road} near {place}, lane blocked
        trains between {town} and {place} suspended, replacement buses {when}
        queue of {number} miles on {road}, traffic turning round
        {road} passable with care by {place} {when}
        police closed the underpass at {place}, drivers use {road}
        bus {number} diverted from {place} {when}
        tow truck on {road} for a {vehicle} {when}
        railway line under water at {place}, no service to {town}
        """,
        """traffic|diversion|road closure|drive home|train service|replacement bus|tailback|commute|underpass|detour
        lane closure|motorway queue|railway line|bus timetable""",
        """the traffic police|the highways team|the bus driver|the train company|the tow truck driver|the road crew
        the signalman
        the lorry driver|the council gritters""",
        "#traffic|#roadclosed|#trains|#travel|#commute",
        road="the A69|the A595|the ring road|Bridge Street|the motorway|Station Road|the coast road|the bypass|"
        "Mill Lane|the B6320",
        vehicle="lorry|bus|van|taxi|tractor|coach|camper van|milk tanker",
    ),
    _topic(
        "river", 1.1, 0.36,
        """
        {river} at {level} metres at {place} {when}, {trend}
        gauge on {river} reads {level} m, {trend} since {when}
        peak of {river} expected at {place} {when}
        {river} {trend} slowly, {level} metres at the weir
        water level in {town} {level} m, bank top at {level}
        flood gates on {river} shut {when}, pumps running at {place}
        {river} over its banks upstream of {place}
        discharge of {river} {number} cubic metres a second {when}
        reservoir above {place} at {number} per cent, spillway flowing
        tide and {river} meet at {place} {when}, level {trend}
        """,
        """river level|flood peak|gauge reading|flood wall|embankment|weir|flood gate|pumping station|reservoir
        spillway|crest
        water level|high tide|levee""",
        """the gauge reader|the river watch|the pump crew|the flood wardens|the dam operator|the environment officers
        the lock keeper|the drainage board""",
        "#riverlevel|#floodwatch|#gauge|#levee",
        level="1.9|2.4|2.8|3.1|3.3|3.7|4.0|4.2|4.6|5.1|5.4|6.0|6.3",
        trend="rising|falling|steady|still rising|dropping|up a little|down a little",
    ),
    _topic(
        "weather", 1.1, 0.4,
        """
        {colour_warning} warning of rain for {town} {when}
        forecast: {amount} mm of rain over {place} {when}
        {amount} mm since midnight at {place}, {sky}
        radar shows showers moving towards {town} {when}
        {sky} over {place} {when}, wind from the west
        thunderstorm near {place}, gusts of {number} miles an hour
        cold front due {when}, then {sky}
        the met office keeps the {colour_warning} warning until {when}
        wettest month since {year} at {place}, {amount} mm
        low pressure stays over {town}, {sky} {when}
        """,
        """rain|forecast|weather warning|thunderstorm|wind|downpour|drizzle|storm|break in the clouds|front
        sky|hail|gale|wet summer""",
        """the weather presenter|the met office|the forecaster|the storm chaser|the radio weatherman|the barometer
        the weather app|the warning service""",
        "#weather|#rain|#storm|#forecast|#weatheraware",
        colour_warning="yellow|amber|red|severe",
        amount="12|18|25|34|40|55|62|78|90|110|140",
        sky="low cloud|dark cloud|sunny spells|steady rain|drizzle|clear sky|heavy showers|fog|sleet",
        year="1952|1968|1978|1986|1998|2000|2005|2007",
    ),
    _topic(
        "cleanup", 1.1, 0.34,
        """
        {worker} at {place} {when} to look at the {damaged}
        skip in {place} {when} for {damaged} and {damaged}
        insurance claim number still pending, excess of {number} hundred
        dehumidifiers in {place} run until {when}
        mud out of the {room}, {damaged} on the pavement
        {worker} says {number} weeks until the {room} is dry
        list for the insurer: {damaged}, {damaged}, {damaged}
        plaster off the walls of the {room} {when}
        council collects {damaged} from {place} {when}
        power back in {place} {when}, electrician checks every {room}
        """,
        """insurance claim|clean up|mud in the kitchen|new carpet|loss adjuster visit|skip|ruined sofa|damp wall
        dehumidifier
        settlement|repair|excess on the policy|plaster|smell in the cellar""",
        """the insurance company|the loss adjuster|the builder|the electrician|the plumber|the cleaning firm
        the claims line
        the landlord|the plasterer""",
        "#insurance|#cleanup|#claim|#mud|#repair",
        worker="a loss adjuster|the plumber|an electrician|the builder|the insurer's man|a surveyor|a cleaning firm",
        damaged="carpet|sofa|fridge|floorboards|washing machine|kitchen units|books|boiler|mattress|freezer|piano",
        room="kitchen|cellar|living room|garage|shop|hallway|basement|workshop",
    ),
    _topic(
        "community", 1.2, 0.78,
        """
        {donation} collected at the {venue} in {place} {when}
        volunteers meet at the {venue} {when}, bring {donation}
        soup and {donation} at the {venue} until {when}
        fundraiser for {place} {when}, {number} pounds so far
        spare room in {place} for a family of {number}
        {venue} in {place} open {when}, {donation} needed
        neighbours fill sandbags in {place} {when}
        sorting {donation} at the {venue} with {number} others
        free haircuts and {donation} for people from {place}
        charity match {when}, all proceeds for {place}
        """,
        """food bank|donation|community kitchen|volunteer rota|collection for the families|street party|charity match
        bucket chain|spare room|tea at the church|sandbag chain|fundraiser|team of neighbours""",
        """the volunteers|the neighbours|the women from the church|the scouts|the mosque kitchen|the rugby club
        the food bank
        the student volunteers|the farmers with tractors|the baker""",
        "#volunteers|#community|#neighbours|#donate|#together",
        donation="blankets|tinned food|nappies|towels|warm clothes|cleaning kit|toys|hot meals|bottled water|wellies",
        venue="church|mosque|rugby club|pub|community centre|scout hut|library|temple",
    ),
    _topic(
        "schools", 0.8, 0.5,
        """
        {school} in {place} closed {when}, {number} pupils at home
        {school} opens again {when}, classes in the {rooms}
        exams at {school} moved to {when}
        school buses from {place} cancelled {when}
        pupils of {school} taught in the {rooms} {when}
        nursery at {place} shut {when}, parents asked to collect
        teachers carry books out of the {rooms} of {school}
        homework online for {school} {when}
        lessons for year {number} start {when} in {place}
        playground of {school} under water {when}
        """,
        """school closure|day off school|exam|school run|nursery|lesson at home|playground|school play|homework
        classroom
        school bus|term|assembly""",
        """the head teacher|the teachers|the school bus driver|the caretaker|the nursery staff|the dinner ladies
        the education office|the classroom assistants""",
        "#schoolclosed|#school|#pupils|#homeschool",
        school="the primary school|St Hilda's|the grammar school|Hillside Academy|the high school|the infant school",
        rooms="library|gym|portable cabins|classrooms|science block|assembly hall",
    ),
    _topic(
        "politics", 0.9, 0.17,
        """
        {politician} visits {place} {when}, cameras in tow
        {politician} promises {number} million for defences in {town}
        budget for {river} cut by {number} per cent, says {politician}
        questions in parliament {when} about dredging {river}
        {politician} and {politician} disagree on defences at {place}
        petition for dredging {river} has {number} thousand names
        council votes {when} on building homes at {place}
        inquiry into the defences of {place} opens {when}
        {politician} on the radio {when} about the budget
        leaflet from {politician}: vote for dredging
        """,
        """budget cut|visit of the minister|inquiry|promise of money|dredging row|photo call|election leaflet
        vote in the council
        planning permission|spending review|press conference|petition""",
        """the minister|the council|the prime minister|the opposition|the mayor|the planning office|the government
        the agency bosses|the local councillor""",
        "#politics|#dredging|#budget|#council|#election",
        politician="the minister|the mayor|the opposition|the council leader|the prime minister|a junior minister|"
        "the councillor",
    ),
)  # fmt: skip

COMMON: Lexicon = {
    "number": words("two|three|4|five|6|seven|8|ten|12|15|twenty|25|30|forty|45|60|80|90"),
    "when": words("""
        tonight|today|this morning|this afternoon|at noon|tomorrow|since 4am|until midnight|by 6pm|on Monday|on Tuesday
        on Wednesday|on Thursday|on Friday|on Saturday|on Sunday|at dawn|before lunch|an hour ago|within the hour
    """),
}
