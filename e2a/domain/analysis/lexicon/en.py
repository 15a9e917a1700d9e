"""English; see the package."""

from e2a.domain.analysis.lexicon.base import Lexicon

_ONES = (
    "zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen"
    "|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fourty|fifty|sixty|seventy|eighty"
    "|ninety|hundred|thousand|million|billion|dozen"
)

LEXICON = Lexicon(
    numbers=(
        rf"(?:{_ONES})(?:s|th|fold|ieth)?(?:(?:\s?-?\s?(?:and\s)?)(?:{_ONES})(?:s|th)?)*"
        r"|nil|nought|half|halves|quarters?|doubled?|doubles|doubling|tripled?|twice|thrice|couple"
        r"|seconds?|third(?:ly|s)?|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth"
        r"|\w+teenth|\w+tieth|hundredth|percent"
    ),
    times=(
        r"minutes?|mins?|hours?|hrs?|hourly|days?|daily|weeks?|weekly|weekends?|fortnights?|months?"
        r"|monthly|years?|mondays?|tuesdays?|wednesdays?|thursdays?|fridays?|saturdays?|sundays?"
        r"|january|february|april|june|july|august|september|october|november|december|today"
        r"|(?:in|by|of|until|since|this|next|last)\s(?:march|may)"
        r"|tomorrow|yesterday|tonight|midnight|noon|midday|morning|afternoon|evening|overnight"
    ),
    harmless=r"no\sone|good\s(?:day|morning|afternoon|evening)|(?:working|business)\shours",
    ordinary=r"once|an|(?<!ein\s)(?<!einen\s)tags?|hier|die|mil|dos|sale|sol|mars|fin|pour|me",
    causes={
        "WEATHER": r"weather|storms?|snow|rain|flood\w*|hurricane|ice|icy",
        "VOLUME": (
            r"(?:high|heavy|peak|unusual|large|order)\s(?:volumes?|demand|season)|volumes?|backlog"
            r"|overload\w*|busy|rush|congest\w*"
        ),
        "STAFFING": r"staff\s?(?:ing)?\s(?:shortages?|issues?|problems?)|understaffed|sick\w*"
        r"|short\s?-?\s?staffed|labou?r",
        "CUSTOMS": r"customs|border",
        "STRIKE": r"strikes?|walkout|industrial\saction",
        "TRAFFIC": r"traffic|accidents?|road\s\w+|jams?",
        "MECHANICAL": (
            r"mechanical|break\s?down|broke\sdown|breakdowns?|machine\w*|conveyor|repairs?"
        ),
        "HOLIDAY": r"holidays?|festive",
        "LOSS": r"lost|stolen|theft|mislaid|misplaced|misrouted|missorted",
        "INVENTORY_SHORTAGE STOCK_MISMATCH": (
            r"out\sof\sstock|shortages?|sold\sout|stockouts?|missing\s(?:stock|items?|goods)"
            r"|stock\s(?:problem|issue|mismatch|difference)|miscount\w*"
        ),
        "ADDRESS_ERROR ADDRESS_INVALID": (
            r"(?:wrong|incorrect|invalid|incomplete|bad|faulty)\saddress"
            r"|address\s(?:problem|issue|error|was\s\w+)"
        ),
        "PAYMENT_FAILED": (
            r"declined|payment\s(?:failed|failure|problem|issue|error|did\snot)|unpaid"
            r"|failed\spayment"
        ),
        "DAMAGED_PACKAGE": r"damage[ds]?|broken|crushed|leak\w*|torn",
        "CUSTOMER_UNAVAILABLE": (
            r"not\sat\shome|nobody\s\w*\s?home|no\s?-?\s?one\s\w*\s?home|unavailable"
        ),
        "SYSTEM_ERROR": (
            r"systems?\s(?:error|failure|outage|problem|issue)|outages?|software|technical\s\w+"
            r"|glitch\w*"
            r"|bugs?|crash\w*"
        ),
    },
    connectors=(
        r"because|caused\sby|due\sto(?!\sbe\b)|owing\sto|as\sa\s(?:result|consequence)|thanks\sto"
        r"|on\saccount\sof|result(?:s|ed|ing)\sfrom|stem(?:s|med)\sfrom|attribut\w+|led\sto"
        r"|the\s(?:reason|cause)\s(?:is|was|for|of)"
    ),
    promises={
        "refund": r"refund\w*|reimburs\w*|money\sback",
        "credit": (
            r"credit\w*|vouchers?|coupons?|discount\w*|compensat\w*|free\sof\scharge|for\sfree"
        ),
        "replacement": r"replac\w*|resend\w*|re-?ship\w*|new\s(?:parcel|package|item)",
        "eta": (
            r"(?:will|shall|should|is\sgoing\sto|expected\sto)\s(?:be\s)?(?:\w+\s)?(?:arriv\w*"
            r"|deliver\w*"
            r"|reach\w*|ship\w*|receive\w*|come|there)|you\swill\s(?:have|get|receive)|soon|shortly"
            r"|arrives|tomorrow|any\smoment"
        ),
        "cancellation": r"cancel\w*|void\w*",
        "guarantee": r"guarant\w*|warrant\w*|we\spromise|promise\s(?:you|that|to)|rest\sassured"
        r"|definitely|certainly|never\shappen|approved",
    },
    jargon=(
        r"slas?|breach\w*|exceptions?|root\scause|confidence|polic(?:y|ies)|penalt\w*|stations?"
        r"|stages?"
        r"|pick|picks|picked|picking|picker|scans?|put-?\s?away|tenants?|escalat\w*|kpis?|deadline"
        r"|violat\w*|service\slevel"
    ),
    blame=(
        r"(?:our|my|their|his)\s(?:\w+\s)?(?:fault|mistake|error|failure)|faults?|at\sfault"
        r"|blam\w*|negligen\w*|liab\w*|careless\w*|admit\w*|accept\s(?:full\s)?responsib\w*"
        r"|responsible\sfor|we\s(?:failed|messed|forgot|lost)|failed\sto|incompeten\w*"
        r"|lawsuits?|su(?:e|es|ed|ing)|thie(?:f|ves)|stole|legal\w*"
    ),
    money=(r"dollars?|euros?|money|fees?|prices?|costs?|pay\w*\sback"),
    apology=r"sorry|apolog\w*|regret\w*|forgive",
    addressed=r"you|your|yours",
)
