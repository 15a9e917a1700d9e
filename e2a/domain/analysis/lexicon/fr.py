"""French; see the package."""

from e2a.domain.analysis.lexicon.base import Lexicon

LEXICON = Lexicon(
    numbers=(
        r"zéro|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze"
        r"|seize"
        r"|vingts?|trente|quarante|cinquante|soixante|septante|huitante|octante|nonante|cents?"
        r"|mille"
        r"|milliers?|millions?|milliards?|douzaines?|dizaines?|vingtaines?|centaines?|quinzaines?"
        r"|moitié"
        r"|demie?s?|quarts?|doubles?|triples?|tiers|second|secondes?|\w+ième|pour\scent"
    ),
    times=(
        r"minutes?|heures?|jours?|journées?|quotidien\w*|semaines?|mois|ans|années?|lundis?|mardis?"
        r"|mercredis?|jeudis?|vendredis?|samedis?|dimanches?|aujourd.?hui|demain|hier|midi|minuit"
        r"|soirs?"
        r"|soirées?|matins?|matinées?|janvier|février|mars|avril|mai|juin|juillet|août|septembre"
        r"|octobre"
        r"|novembre|décembre|veille|lendemain"
    ),
    harmless=r"bonne\s(?:journée|soirée)",
    ordinary=r"an|on|pour|or|car|me|mes|son|sale|fin|man|dix",
    causes={
        "WEATHER": r"météo\w*|intempéries|orages?|tempêtes?|neige|pluies?|inondation\w*|verglas",
        "VOLUME": (
            r"(?:fort|gros|grand)\svolume|volumes?|affluence|forte\sdemande|surcharge\w*"
            r"|engorgement"
        ),
        "STAFFING": r"manque\sde\spersonnel|sous-effectif|maladies?|malades?",
        "CUSTOMS": r"douan\w+|frontière",
        "STRIKE": r"grèves?",
        "TRAFFIC": r"circulation|accidents?|embouteillages?|bouchons?",
        "MECHANICAL": r"pannes?|mécaniques?|machines?|réparation\w*",
        "HOLIDAY": r"fériés?|vacances",
        "LOSS": r"perdue?s?|volée?s?|égarée?s?",
        "INVENTORY_SHORTAGE STOCK_MISMATCH": (
            r"rupture\w*|pénurie|épuisée?s?|manque\sde\sstock|écart\sde\sstock|manquants?"
        ),
        "ADDRESS_ERROR ADDRESS_INVALID": (
            r"(?:mauvaise|fausse)\sadresse|adresse\s(?:incorrecte|erronée|incomplète|invalide"
            r"|non\svalide)"
            r"|erreur\sd.adresse|problème\sd.adresse"
        ),
        "PAYMENT_FAILED": r"paiement\s(?:a\s)?(?:échoué|refusé|en\sattente)|impayée?s?|refusée?s?",
        "DAMAGED_PACKAGE": r"endommag\w+|abîmée?s?|cassée?s?|dégâts?",
        "CUSTOMER_UNAVAILABLE": r"absente?s?|personne\sn.était",
        "SYSTEM_ERROR": (
            r"(?:erreur|problème|incident|panne)\s(?:du\ssystème|système|technique|informatique)"
        ),
    },
    connectors=(
        r"parce\sque|à\scause\sd\w*|en\sraison\sd\w*|causée?s?\spar|suite\sà|dus?\s(?:à|aux?)"
        r"|grâce\sà|car"
    ),
    promises={
        "refund": r"rembours\w*",
        "credit": (
            r"crédit\w*|avoir\sde|bons?\sd.achat|coupons?|remises?\scommerciales?|réductions?"
            r"|dédommag\w*|indemnis\w*|gratuit\w*|offert\w*"
        ),
        "replacement": r"remplac\w*|renverr\w*|renvoyer\w*|rééxpédi\w*|réexpédi\w*",
        "eta": (
            r"(?:va|vont|devrait|doit)\s(?:arriver|être\s(?:livrée?s?|expédiée?s?))|arrivera\w*"
            r"|livrerons"
            r"|sera\s(?:livrée?|expédiée?|chez\svous)|recevrez|bientôt|sous\speu|prochainement"
            r"|demain"
        ),
        "cancellation": r"annul\w*",
        "guarantee": r"garant\w+|promettons|assurons|sans\sfaute|certainement|approuvée?s?",
    },
    jargon=(
        r"infraction\w*|manquement\w*|exceptions?|cause\sracine|confiance|politiques?|pénalités?"
        r"|sla|stations?"
        r"|scans?|picking|locataires?|escalad\w*|dérogation\w*"
    ),
    blame=(
        r"(?:notre|ma|sa|leur)\s(?:faute|erreur|négligence)|fautes?|fautif\w*|néglig\w+"
        r"|responsab\w+|coupables?|reconnaissons|admettons|nous\savons\s(?:oublié|échoué)"
        r"|juridi\w+"
    ),
    money=(r"euros?|dollars?|argent|prix|frais|coûts?"),
    apology=r"désolée?s?|excus\w+|regrett\w+|pardon",
    addressed=r"vous|votre|vos|tu|ton|ta|tes|toi",
)
