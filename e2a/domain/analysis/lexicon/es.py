"""Spanish; see the package."""

from e2a.domain.analysis.lexicon.base import Lexicon

LEXICON = Lexicon(
    numbers=(
        r"cero|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|trece|catorce|quince"
        r"|dieci\w+|veinte|veinti\w+|treinta\w*|cuarenta\w*|cincuenta\w*|sesenta\w*|setenta\w*"
        r"|ochenta\w*"
        r"|noventa\w*|cien|cientos?|doscient\w+|trescient\w+|\w+cient[oa]s|quinient[oa]s|mil|miles"
        r"|millon\w*|docenas?|medio|media|mitad|doble|triple|segund[oa]s?|tercer\w*|cuart[oa]s?"
        r"|quint[oa]"
        r"|sext[oa]|septim[oa]|octav[oa]|noven[oa]|decim[oa]|por\sciento"
    ),
    times=(
        r"minutos?|horas?|días?|diari\w+|semanas?|mes|meses|años?|lunes|martes|miércoles|jueves"
        r"|viernes"
        r"|sábados?|domingos?|hoy|mañana|ayer|anoche|enero|febrero|marzo|abril|mayo|junio|julio"
        r"|agosto"
        r"|septiembre|octubre|noviembre|diciembre|mediodía|medianoche|noches?"
    ),
    harmless=r"buenos\sdías|buenas\s(?:tardes|noches)",
    ordinary=r"ten|me|den|sin|son|sale|pour|fin|mes|an|once",
    causes={
        "WEATHER": (
            r"clima\w*|tiempo\satmosférico|mal\stiempo|tormentas?|nieve|lluvias?|inundaci\w+"
            r"|meteorol\w+"
        ),
        "VOLUME": (
            r"(?:alto|gran|elevado)\svolumen|volumen|temporada\salta|alta\sdemanda|saturaci\w+"
            r"|acumulaci\w+"
        ),
        "STAFFING": r"falta\sde\spersonal|bajas?\s(?:médicas?|de\spersonal)|enferm\w+",
        "CUSTOMS": r"aduan\w+|frontera",
        "STRIKE": r"huelgas?",
        "TRAFFIC": r"tráfico|accidentes?",
        "MECHANICAL": r"averías?|mecánic\w+|máquinas?|reparaci\w+",
        "HOLIDAY": r"festiv\w+|vacaciones",
        "LOSS": r"perdid\w+|robad\w+|robo|extraviad\w+|extravío",
        "INVENTORY_SHORTAGE STOCK_MISMATCH": (
            r"agotad\w+|sin\sexistencias|falta\sde\sexistencias|rotura\sde\sstock|escasez"
            r"|faltantes?"
        ),
        "ADDRESS_ERROR ADDRESS_INVALID": (
            r"dirección\s(?:incorrecta|errónea|incompleta|no\sválida|inválida)|error\s(?:de"
            r"|en\sla)\sdirección"
        ),
        "PAYMENT_FAILED": r"pago\s(?:fallido|rechazado|pendiente)|rechazad\w+|impagad\w+",
        "DAMAGED_PACKAGE": r"dañad\w+|daños?|rot[oa]s?",
        "CUSTOMER_UNAVAILABLE": r"ausente|no\sestaba\sen\scasa|no\shabía\snadie|nadie\sen\scasa",
        "SYSTEM_ERROR": (
            r"(?:error|fallo)\s(?:del\ssistema|técnico|informático)|problemas?\stécnicos?"
        ),
    },
    connectors=(
        r"porque|debido\sa\w?|a\scausa\sde\w?|por\sculpa\sde\w?|causad[oa]s?\spor"
        r"|como\sconsecuencia|gracias\sa"
    ),
    promises={
        "refund": r"reembols\w*|devoluci\w+\sdel\s(?:dinero|importe)|devolveremos",
        "credit": (
            r"crédito\w*|vales?|cup\wn\w*|descuent\w*|compensa\w*|gratis|gratuit\w+|indemniz\w*"
        ),
        "replacement": r"reempla\w*|sustitu\w*|reenvi\w*|reposici\w+",
        "eta": (
            r"llegará\w*|será\s(?:entregad\w|enviad\w)|entregaremos|recibirá\w*|va\sa\sllegar"
            r"|pronto"
            r"|en\sbreve|mañana|le\sllegará"
        ),
        "cancellation": r"cancel\w*|anul\w*",
        "guarantee": r"garant\w+|prometemos|le\saseguramos|sin\sduda|seguramente|aprobad\w+",
    },
    jargon=(
        r"incumplimient\w+|excepci\w+|causa\sraíz|confianza|políticas?|penaliza\w+|penalidad\w*"
        r"|estaci\w+"
        r"|sla|escaneos?|picking|inquilin\w+|escalad\w+|multas?"
    ),
    blame=(
        r"(?:nuestr[oa]|mi|su)\s(?:culpa|error|fallo)|culpa\w*|neglig\w+|responsab\w+"
        r"|admit\w+|reconocemos|hemos\s(?:fallado|olvidado)|legal\w*"
    ),
    money=(r"euros?|dólares|dinero|precios?|costes?|costos?|tarifas?"),
    apology=r"lo\ssentimos|sentimos|lamentamos|perd[oó]n\w*|disculp\w*",
    addressed=r"usted|ustedes|su|sus|le|tu|tus|te|ti|vuestr[oa]s?",
)
