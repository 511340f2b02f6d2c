"""The abbreviations of Italian, Turkish and English, by what may follow them.

An entry in lower case stands for any case (`dott`, `Dott`, `DOTT`); an entry with a capital stands
for itself alone, because the same letters in lower case are a word in one of the three languages
(`Gen` a rank, `gen` a Turkish noun). All are written without their last stop.
"""

from __future__ import annotations

_TITLES = """
    dr dott prof proff avv ing geom rag cav comm mons sig sigg mr mrs ms mme mlle messrs dott.ssa
    Dir Dirett On Onn Arch Cap Capt Col Cmdr Cpl Gen Gov Hon Lt Ltn Maj Mar Min Magg Brig Ten Serg
    Sgt Sen Rep Reps Sens Pres Pvt Rev Supt Det Insp Msgr Amb Amm Adm Atty Sec Dep Fr Bro Sr.ta
    St Ste Ss SS Mt Ft Cav.Lav Uff Gr Egr Gent Gent.mo Spett Ill Rev.do Fra
    doç yrd öğr gör arş uzm ecz müh mim hz sn Av Op Alb Yzb Bnb Ütğm Tğm Org Korg Tümg Tuğg Kur Orgl
    Bşk Hâk Hst Üstğm Yb Alb Kd Dz Hv Jan.Kd Başk Mim Şb Uz
    Indep Dem Assoc Asst Natl Intl
"""
"""Before a name: never the end of a sentence."""

_INNER = """
    cfr cf bkz bk örn ör e.g i.e p.es ad.es c.d viz approx ca circa.ca pag pagg pp artt capp voll nn
    figg tavv fraz loc num cap.soc vgl ibid.cf çev haz yay bs a.g.e mah blv apt cad sok
    Blvd Ave Rd Dept Univ Assn Mfg Bros
"""
"""Inside a sentence by their meaning: the end of one only before a word that begins sentences."""

_BEFORE_NUMBER = """
    n no nr nos num art fig cap vol tav p s v c par ch sec sez all lett op ed eds tel fax cell int
    ext md mad nu sy syf say k kat dk sa sf fas ser div reg cl comma m ft gen feb mar apr mag giu
    lug ago set sett ott nov dic jan jun jul aug sep sept oct dec oca şub nis ağu eyl eki kas
"""
"""Before a figure or a Roman numeral: an abbreviation there, a word anywhere else."""

_MONTHS = "gen feb mar apr mag giu lug ago set sett ott nov dic oca şub nis ağu eyl eki kas ara"
"""Before a year, or after a day and before a figure; most are words, too (`days ago. 14 men`)."""

_ENDING = """
    inc ltd co corp jr sr vs llc plc spa srl snc sas şti esq phd bros mssrs dist
    a.ş t.a.ş u.s u.k u.n e.u u.s.a d.c l.a t.c a.c d.c m.ö m.s p.s ph.d s.p.a s.r.l
"""
"""Inside or at the end of a sentence: the end only before a word that begins sentences."""

_FINAL = """
    etc ecc vb vd vdl al cit seg segg yy
"""
"""What closes a list: the end of a sentence before any capital."""

_ELIDED = "on onn arch avv ing art amm ass es ab ed estr"
"""Italian abbreviations after an elided article: `l'on.`, `dell'art.`, `all'ing.`."""

_STARTERS = """
    The A An In On At He She It They We You I This That These Those But And However His Her Their
    Its Our My If When While As For From After Before There Here What Who How Why Where Which
    According Meanwhile By With To So Some Many Most All No Not One Since Although Though Because
    During Until Under Over Also Then Now Still Yet Once Each Every Both Another Such Do Does Did Is
    Are Was Were Has Have Had Will Would Can Could Should May Let Please Only Even Just Nor Or Of
    Despite Instead Il Lo La Gli Le L Un Uno Una Nel Nella Nello Nei Nelle Negli Nell Di Del Della
    Dello Dei Delle Degli Dell Al Alla Allo Ai Alle Agli All Da Dal Dalla Dallo Dai Dalle Dagli Dall
    Con Per Su Sul Sulla Sullo Sui Sulle Sugli Sull Tra Fra E Ed Ma Se Non Che Chi Come Quando Dove
    Perché Anche Questo Questa Questi Queste Quest Quello Quella Quelli Quelle Quell È Era Erano
    Sono Ha Hanno Ho Si Ci Lui Lei Loro Noi Voi Io Poi Però Dopo Prima Mentre Inoltre Infatti Quindi
    Così Secondo Oggi Ieri Ora Tutti Tutto Molti Alcuni Ogni Nessuno Già Eppure Tuttavia Forse Solo
    Qui Cosa Qual Quale Bu Şu O Bir Ve Ama Ancak Fakat Çünkü Daha Ayrıca Onlar Biz Siz Ben Sen Bunun
    Bunlar Buna Bunu Böyle Böylece Hiç Ne Neden Nasıl Sonra Şimdi Eğer Öte Öyle Yani Ya Hem Diğer
    Bazı Birçok Çok Tüm Bütün Kimi Ardından Burada Orada Yine Üstelik Onun Onu Ona Oysa İşte Hatta
    Zaten Belki Kendisi Dolayısıyla Bundan Bunda
"""
"""Words that, with a capital, begin sentences far more often than they begin names."""

_PARTICLES = "A E I O L La Le Lo Di Del Della Da Dal De Dei Ben Al"
"""Starters that may also stand between an initial and a surname: `M. Le Pen`, `T. A. Edison`."""

_CLOCK_NEXT = """
    ET EST EDT CT CST CDT MT MST PT PST PDT GMT UTC CET CEST BST TRT
    Monday Tuesday Wednesday Thursday Friday Saturday Sunday Eastern Central Pacific
"""
"""What goes on after `p.m.`."""


def _exactly(words: str) -> frozenset[str]:
    return frozenset(words.split())


def _any_case(words: str) -> frozenset[str]:
    """Entries in lower case, capitalised and in capitals; the others as they stand."""
    forms: set[str] = set()
    for word in words.split():
        forms.add(word)
        if word.islower():
            forms.update((word.capitalize(), word.upper()))
    return frozenset(forms)


TITLES = _any_case(_TITLES)
INNER = _any_case(_INNER)
BEFORE_NUMBER = _any_case(_BEFORE_NUMBER)
MONTHS = _any_case(_MONTHS)
ENDING = _any_case(_ENDING)
FINAL = _any_case(_FINAL)
ELIDED = _any_case(_ELIDED)
STARTERS = _exactly(_STARTERS)
STARTERS_AFTER_INITIAL = STARTERS - _exactly(_PARTICLES)
CLOCK = frozenset({"a.m", "p.m", "A.M", "P.M"})
CLOCK_NEXT = _exactly(_CLOCK_NEXT)
_ROMAN_NUMERALS = _exactly(
    "II III IV VI VII VIII IX XI XII XIII XIV XV XVI XVII XVIII XIX XX XXI XXII XXIII XXIV XXV"
)
ANY = TITLES | INNER | BEFORE_NUMBER | MONTHS | ENDING | FINAL | ELIDED | _ROMAN_NUMERALS
"""Every word that is not, as such, the end of a sentence."""
