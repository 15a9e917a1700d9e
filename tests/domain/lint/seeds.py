"""A clean tenant, and defects seeded into it; § marks the place that a finding must name."""

from typing import NamedTuple

TENANT = """\
tenant: acme
name: Acme
billing_zone: America/New_York
sites:
  JFK1: { zone: America/New_York, calendar: weekdays }
  MEM1: { zone: America/Chicago, calendar: shifts }
service_levels: [standard, express]
channels: [shop, b2b]
calendars:
  weekdays:
    weekly:
      mon-fri: [ { from: "09:00", to: "12:00" }, { from: "12:30", to: "17:00" } ]
      sat: [ { from: "10:00", to: "13:00" } ]
    holidays: { country: US, subdivision: NY, except: [Columbus Day], own: [2027-12-24] }
    half_days: { 2026-12-23: "12:00" }
    overrides: { 2026-12-26: [ { from: "10:00", to: "14:00" } ], 2026-06-01: [] }
  shifts:
    weekly: { mon-sat: [ { from: "06:00", to: "14:00" }, { from: "22:00", to: "04:00" } ] }
  ups:
    weekly: { mon-fri: [ { from: "08:00", to: "20:00" } ] }
"""

SLA = """\
- policy: standard
  valid_from: 2025-01-01
  at_risk: [0.50, 0.80]
  pauses: [incorrect_address]
  stages:
    pick: { from: released, to: picked, within_minutes: 120, owner: warehouse }
    pack: { from: picked, within_minutes: 180 }
    ship: { by_close_of_day: 0, cut_off: "11:00" }
    deliver: { from: shipped, carrier_days: 5, carrier_calendar: ups }
    receive: { from: arrived, to: stocked, within_minutes: 1440 }
    missing_scan: { of: pack, factor: 1.5 }
- policy: express
  valid_from: 2026-01-01
  precedence: 0
  service_level: express
  at_risk: 0.75
  stages:
    pick: { within_minutes: 60 }
    deliver: { from: received, by: promised_at }
"""

RATES = """\
- valid_from: 2026-01-01
  currency: USD
  rounding: half_up
  limits: { per_finding: 50, total: 100.10, total_percent: 5 }
  taxes: { vat: 20 }
  minimum: { amount: 1500, tax: vat }
  order: { minimum: 0.50, multipliers: [ { flag: rush, factor: 2 } ] }
  sla_credit:
    stage: ship
    target_percent: 98
    bands:
      - { from_percent: 0, pays_percent: 15 }
      - { from_percent: 94, pays_percent: 10 }
    base: [pick]
    cap_percent: 10
    tax: vat
  charges:
    pick: { operation: pick, model: first_unit, price: 0.1 }
    freight: { operation: label, model: pass_through, markup_percent: 8 }
    gifts: { operation: vas, code: gift_wrap, model: graduated,
             tiers: [ { up_to: 10, price: 2 }, { price: 1 } ] }
    space: { model: storage, code: pallet, measure: snapshot, price: 18 }
- valid_from: 2026-07-01
  currency: USD
  rounding: half_up
  limits: { per_finding: 50, total: 100.10, total_percent: 5 }
  charges:
    pick: { operation: pick, model: first_unit, price: 0.1 }
"""

FILES = {"tenant": TENANT, "sla": SLA, "rates": RATES}


class Seed(NamedTuple):
    """Replace `good` by `bad` in a file: exactly this rule must speak, at each § of `bad`."""

    rule: str
    file: str
    good: str
    bad: str

    def __str__(self) -> str:
        return f"{self.rule} {self.bad.strip()[:50]!r}"


PICK = "pick: { within_minutes: 60 }"
CUT = 'cut_off: "11:00"'
SAT = 'sat: [ { from: "10:00", to: "13:00" } ]'
NIGHT = '{ from: "22:00", to: "04:00" }'
UPS = 'weekly: { mon-fri: [ { from: "08:00", to: "20:00" } ] }'
SINCE = "- policy: express\n  valid_from: "


def express(since: str = "2026-01-01", **changed: str) -> str:
    """The express policy with other lines; `name` alone has its § by default."""
    lines = {
        "name": "express",
        "precedence": "0",
        "service_level": "express",
        "at_risk": "0.75",
        "pick": "{ within_minutes: 60 }",
        "deliver": "{ from: received, by: promised_at }",
    } | changed
    stages = "".join(
        f"    {stage}: {lines[stage.strip('§')]}\n"
        for stage in (lines.get("stages") or "pick deliver").split()
    )
    return (
        f"- {lines.get('mark', '')}policy: {lines['name']}\n  valid_from: {since}\n"
        f"  precedence: {lines['precedence']}\n  service_level: {lines['service_level']}\n"
        f"  at_risk: {lines['at_risk']}\n  {lines.get('on_stages', '')}stages:\n{stages}"
    )


SEEDS = [
    # L01
    Seed("L01", "sla", PICK, "pick: { within_minutes: 60\n    deliver§: {}"),
    Seed("L01", "sla", "  at_risk: 0.75\n", "  at_risk: 0.75\n  §at_risk: 0.75\n"),
    Seed("L01", "sla", PICK, "pick: §&fast { within_minutes: 60 }"),
    Seed("L01", "sla", "at_risk: 0.75", "at_risk:§\t0.75"),
    Seed("L01", "tenant", "2026-06-01: []", "2026-06-01: [], §2026-06-01: []"),
    Seed("L01", "sla", PICK, "pick: §!!python/object/apply:os.getcwd []"),
    Seed("L01", "rates", RATES, RATES + "§---\n- {}\n"),
    Seed("L01", "sla", SINCE + "2026-01-01", SINCE + "§2026-13-01"),
    # L02
    Seed("L02", "sla", "at_risk: 0.75", "§at_risks: 0.75"),
    Seed("L02", "sla", PICK, "pick: { §within_minuts: 60, by: ship_by }"),
    Seed("L02", "sla", PICK, "pick: { within_minutes: §abc }"),
    Seed("L02", "sla", PICK, "pick: { within_minutes: 60, owner: §nobody }"),
    Seed("L02", "sla", PICK, "pick: { from: §relased, within_minutes: 60 }"),
    Seed("L02", "sla", PICK, "pick: { within_minutes: 60 }\n    §pikc: { within_minutes: 60 }"),
    Seed("L02", "sla", CUT, "cut_off: §1100"),
    Seed("L02", "sla", CUT, 'cut_off: §"25:00"'),
    Seed("L02", "sla", SINCE + "2026-01-01", SINCE + "§soon"),
    Seed("L02", "sla", SINCE + "2026-01-01\n", "- §policy: express\n"),
    Seed("L02", "sla", SLA, "§pick_minutes: 120\n"),
    Seed("L02", "sla", SLA, "§just words\n"),
    Seed("L02", "tenant", "name: Acme", "§nam: Acme"),
    Seed("L02", "tenant", TENANT, "§" + TENANT.replace(
        "billing_zone: America/New_York\n", "")),
    Seed("L02", "tenant", UPS, "§" + UPS.replace("fri", "fry")),
    Seed("L02", "rates", "model: first_unit", "model: §first"),
    Seed("L02", "rates", RATES, "§[]\n"),
    # L03
    Seed("L03", "sla", PICK, "pick: { within_minutes: §2h }"),
    Seed("L03", "sla", PICK, 'pick: { within_minutes: §"120 min" }'),
    Seed("L03", "sla", PICK, "pick: { within_minutes: §01:30 }"),
    Seed("L03", "sla", PICK, "pick: { §within: 120 }"),
    Seed("L03", "sla", PICK, "pick: { §within_hours: 2 }"),
    Seed("L03", "sla", PICK, "pick: { within_minutes: 60, §within_hours: 1 }"),
    Seed("L03", "sla", "carrier_days: 5", "carrier_days: §5d"),
    Seed("L03", "sla", "at_risk: 0.75", "at_risk: §75%"),
    # L04
    Seed("L04", "sla", PICK, "pick: { within_minutes: §-5 }"),
    Seed("L04", "sla", PICK, "pick: { within_minutes: §0 }"),
    Seed("L04", "sla", PICK, "pick: { within_minutes: §100000 }"),
    Seed("L04", "sla", PICK, "pick: { within_minutes: §99999999 }"),
    Seed("L04", "sla", "by_close_of_day: 0", "by_close_of_day: §-1"),
    Seed("L04", "sla", "carrier_days: 5", "carrier_days: §61"),
    Seed("L04", "sla", "factor: 1.5", "factor: §0"),
    Seed("L04", "sla", "factor: 1.5", "factor: §0.5"),
    Seed("L04", "sla", PICK + "\n",
         "pick: { within_minutes: §600 }\n    ship: { within_minutes: 480 }\n"),
    # L05, L22
    Seed("L05", "sla", "[0.50, 0.80]", "[0.80, §0.50]"),
    Seed("L05", "sla", "[0.50, 0.80]", "[0.50, §0.50]"),
    Seed("L22", "sla", "at_risk: 0.75", "at_risk: §1.75"),
    Seed("L22", "sla", "at_risk: 0.75", "at_risk: §80"),
    Seed("L22", "sla", "[0.50, 0.80]", "[§0, 0.80]"),
    # L08
    Seed("L08", "sla", express(), express(precedence="5", name="all") + express(mark="§")),
    Seed("L08", "sla", express(), express(precedence="5", stages="pick")
         + express(stages="§pick deliver")),
    # L09, L10
    Seed("L09", "sla", express(), express() + express(mark="§")),
    Seed("L09", "sla", express(), express("2025-06-01") + express(mark="§")),
    Seed("L10", "sla", express(), express(pick="{ within_minutes: 30 }") + express(mark="§")),
    Seed("L10", "sla", express(), express("2026-01-01T05:00:00Z", at_risk="0.9")
         + express(mark="§")),
    # L11
    Seed("L11", "sla", "- policy: standard\n", "- §policy: standard\n  channel: shop\n"),
    # L12
    Seed("L12", "sla", PICK, "pick: { from: §packed, within_minutes: 60 }"),
    Seed("L12", "sla", PICK, "pick: { from: released, to: §received, within_minutes: 60 }"),
    Seed("L12", "sla", "from: arrived, to: stocked", "from: stocked, to: §arrived"),
    Seed("L12", "sla", "of: pack", "of: §ship"),
    Seed("L12", "sla", SLA, SLA.replace(
        "    pack: { from: picked, within_minutes: 180 }\n", "").replace(
        "ship: { by", "ship: { from: §packed, by").replace("of: pack", "of: pick")),
    Seed("L12", "sla", SLA,
         "- valid_from: 2026-01-01\n  §stages:\n    ship: { within_minutes: 60 }\n"),
    # L13
    Seed("L13", "sla", "service_level: express", "service_level: §expres"),
    Seed("L13", "sla", "service_level: express", "service_level: express\n  channel: §store"),
    Seed("L13", "sla", "service_level: express", "service_level: express\n  site: §JFK2"),
    Seed("L13", "sla", "service_level: express", "service_level: express\n  calendar: §weekday"),
    Seed("L13", "sla", "carrier_calendar: ups", "carrier_calendar: §usp"),
    Seed("L13", "tenant", "calendar: shifts", "calendar: §shift"),
    Seed("L13", "tenant", "tenant: acme", "tenant: §acme-2"),
    Seed("L13", "tenant", "except: [Columbus Day]", "except: [§Colombus Day]"),
    # L14
    Seed("L14", "sla", "standard\n  valid_from: 2025-01-01", "standard\n  valid_from: §2026-06-01"),
    Seed("L14", "sla", express(), express("2025-06-01") + express(stages="pick", on_stages="§")),
    # L15
    Seed("L15", "tenant", "zone: America/Chicago", "zone: §America/Chikago"),
    Seed("L15", "tenant", "billing_zone: America/New_York", "billing_zone: §New York"),
    Seed("L15", "tenant", "mon-sat: [ { from: \"06:00\", to: \"14:00\" }, " + NIGHT,
         "mon-sat: [ { from: \"06:00\", to: \"14:00\" }, { from: \"22:00\", to: §\"01:30\" }"),
    Seed("L15", "tenant", SAT, SAT + '\n      sun: [ { from: §"02:30", to: "09:00" } ]'),
    Seed("L15", "tenant", "2026-12-26: [",
         '2026-11-01: [ { from: §"01:15", to: "09:00" } ], 2026-12-26: ['),
    # L16
    Seed("L16", "tenant", "own: [2027-12-24]", "§own: [2025-12-24]"),
    Seed("L16", "tenant", "country: US", "country: §USX"),
    Seed("L16", "tenant", "subdivision: NY", "subdivision: §XX"),
    # L17
    Seed("L17", "tenant", UPS, "§weekly: { mon-fri: [] }"),
    Seed("L17", "tenant", SAT, 'sat: [ §{ from: "17:00", to: "09:00" } ]'),
    Seed("L17", "tenant", SAT, 'sat: [ §{ from: "10:00", to: "10:00" } ]'),
    Seed("L17", "tenant", '{ from: "12:30", to: "17:00" }', '§{ from: "11:30", to: "17:00" }'),
    Seed("L17", "tenant", '{ from: "06:00", to: "14:00" }, ' + NIGHT,
         '§{ from: "06:00", to: "14:00" }, { from: "22:00", to: "07:00" }'),
    Seed("L17", "tenant", SAT, '§fri: [ { from: "09:00", to: "12:00" } ]'),
    Seed("L17", "tenant", '2026-12-23: "12:00"', '2026-12-23: §"18:00"'),
    Seed("L17", "tenant", '2026-12-23: "12:00"', '§2026-12-27: "12:00"'),
    Seed("L17", "sla", CUT, 'cut_off: §"05:00"'),
    # L06, L07, L21
    Seed("L06", "rates", "from_percent: 94", "from_percent: §0"),
    Seed("L07", "rates", "from_percent: 0", "from_percent: §90"),
    Seed("L07", "rates", "from_percent: 94", "from_percent: §98"),
    Seed("L07", "rates", "pays_percent: 15", "pays_percent: §5"),
    Seed("L21", "rates", RATES, RATES.replace("    cap_percent: 10\n", "").replace(
        "sla_credit", "§sla_credit")),
    Seed("L21", "rates", "cap_percent: 10", "cap_percent: §101"),
    Seed("L21", "rates", "pays_percent: 15", "pays_percent: §150"),
    # L10, L18: rate cards
    Seed("L10", "rates", "- valid_from: 2026-07-01", "- valid_from: §2026-01-01"),
    Seed("L18", "rates", RATES, "- §" + RATES[2:].replace("  currency: USD\n", "", 1)),
    Seed("L18", "rates", RATES, "- §" + RATES[2:].replace("  rounding: half_up\n", "", 1)),
    Seed("L18", "rates", "2026-07-01\n  currency: USD", "2026-07-15\n  currency: §EUR"),
    Seed("L18", "rates", "{ up_to: 10, price: 2 }, { price: 1 }",
         "§{ price: 2 }, { price: 1 }"),
    Seed("L18", "rates", "{ price: 1 }", "{ up_to: §20, price: 1 }"),
    Seed("L18", "rates", "{ price: 1 }", "{ up_to: §10, price: 1.5 }, { price: 1 }"),
    # L19
    Seed("L19", "rates", "code: gift_wrap", "code: §gift_warp"),
    Seed("L19", "rates", "operation: pick, model: first",
         "operation: pick, code: §red, model: first"),
    Seed("L19", "rates", "operation: label, model: pass", "operation: §pack, model: pass"),
    Seed("L19", "rates", "flag: rush", "flag: §rushed"),
    Seed("L19", "rates", "space: { model: storage, code: pallet,", "space: §{ model: storage,"),
    Seed("L19", "rates", "operation: vas, code: gift_wrap", "operation: receiving, code: §crate"),
    # L20
    Seed("L20", "rates",
         "model: graduated,\n             tiers: [ { up_to: 10, price: 2 }, { price: 1 } ]",
         "model: volume, tiers: [ { up_to: 10, price: 2 }, { price: §1 } ]"),
    # L23
    Seed("L23", "sla", express(), express("2025-06-01", pick="{ within_minutes: 30 }") + express(
        pick="{ within_minutes: §60 }")),
    Seed("L23", "sla", express(), express("2025-06-01", at_risk="0.5") + express(at_risk="§0.75")),
    Seed("L23", "sla", express(), express("2025-06-01")
         + express(at_risk="0.75\n  §pauses: [fraud]")),
]  # fmt: skip
