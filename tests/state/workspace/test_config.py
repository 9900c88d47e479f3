from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from state.clock import Clock
from state.settings import Settings
from state.workspace import WorkspaceError, load_settings

Write = Callable[..., Path]
Complaints = Callable[[str], list[str]]

WHOLE = """
[identity]
name = " The Letter "
author = "Ann Example"
url = "https://letter.example/blog/"
language = "de-CH"
timezone = "Europe/Zurich"
domains = ["Shop.Example", "shop.example"]
[models]
default = "openai:gpt-5-mini"
voice = "extractive"
timeout = 30
price_in = 0.25
[sources]
folders = ["./sources/", "more/old/../new"]
feeds = ["https://feeds.example/a.xml"]
pages = ["http://127.0.0.1:8080/page?x=1#y"]
sitemaps = ["https://letter.example"]
contact = " ann@letter.example "
novelty = "openai:text-embedding-3-small"
allow_loopback = true
[sources.searches]
searxng = "http://192.168.1.4:8080"
wikipedia = "DE"
hacker_news = true
results = 3
[sources.budget]
seconds = 60
[revenue]
fit = "openai:text-embedding-3-small"
enough = 0.4
[reviews]
brief = "never"
release = "on_flag"
autopublish = true
[bounds]
per_agent = 0
[ceilings]
dollars_day = 5
[contracts.brief]
min_evidence = 4
[contracts.draft]
min_words = 300
banned_phrases = ["game changer"]
[schedule]
quiet = "22:00-07:00"
window_days = 3
grace_hours = 6
[channels.mastodon]
server = "https://social.example"
port = 8443
content_warning = false
times = ["17:30", "09:00", "17:30"]
per_hour = 10
[channels.bluesky]
handle = "a.example"
enabled = false
[tracking]
url = "https://go.letter.example/"
stripe_hosts = ["Pay.Letter.example"]
"""


def test_every_section_reaches_settings(write: Write) -> None:
    """What the file says is what the settings hold, in normal form; what it leaves out is the default."""
    folder = write(WHOLE)
    settings = load_settings(folder)
    assert settings.workspace == str(folder.resolve())
    assert settings.identity.name == "The Letter"
    assert settings.identity.url == "https://letter.example/blog"
    assert settings.identity.domains == ("shop.example",)
    assert (settings.models.of("voice"), settings.models.of("content")) == ("extractive", "openai:gpt-5-mini")
    assert (settings.models.timeout, settings.models.retries) == (30.0, 3)
    assert settings.sources.folders == ("sources", "more/new")
    assert settings.sources.pages == ("http://127.0.0.1:8080/page?x=1#y",)
    assert (settings.sources.sitemaps, settings.sources.contact) == (("https://letter.example",), "ann@letter.example")
    assert settings.sources.novelty == "openai:text-embedding-3-small"
    assert (settings.revenue.fit, settings.revenue.enough) == ("openai:text-embedding-3-small", 0.4)
    searches, budget = settings.sources.searches, settings.sources.budget
    assert (searches.on, searches.wikipedia, searches.results) == (("searxng", "wikipedia", "hacker_news"), "de", 3)
    assert (budget.pages, budget.seconds) == (600, 60.0)
    assert (settings.reviews.brief, settings.reviews.policy("review_release")) == ("never", "on_flag")
    assert (settings.bounds.per_agent, settings.ceilings.dollars_day) == (0, 5.0)
    assert settings.contracts.draft.banned_phrases == ("game changer",)
    schedule = settings.schedule
    assert (schedule.quiet, schedule.window_days, schedule.grace_hours) == ("22:00-07:00", 3, 6.0)
    assert schedule.approval_days == 14
    assert settings.tracking.url == "https://go.letter.example"
    assert settings.tracking.stripe_hosts == ("pay.letter.example",)
    (mastodon,) = settings.channels
    assert (mastodon.name, mastodon.times, mastodon.per_hour) == ("mastodon", ("17:30", "09:00"), 10)
    assert mastodon.options == (("server", "https://social.example"), ("port", "8443"), ("content_warning", "false"))
    assert Settings.model_validate_json(settings.model_dump_json()) == settings


def test_an_empty_file_is_a_workspace_with_all_the_defaults(write: Write) -> None:
    """Nothing need be said: the defaults are those of Settings, and the one channel is the site."""
    folder = write("")
    settings = load_settings(folder)
    assert settings == Settings(workspace=str(folder.resolve()), database=settings.database)
    assert [channel.name for channel in settings.channels] == ["site"]


def test_a_file_from_windows_is_read_like_any_other(write: Write) -> None:
    """A byte order mark and carriage returns change neither what is read nor which line a mistake is on."""
    load_settings(write(b'\xef\xbb\xbf[identity]\r\nname = "x"\r\n'))
    with pytest.raises(WorkspaceError, match=r"^flywheel.toml:3: \[identity\] nam: unknown key"):
        load_settings(write(b'\xef\xbb\xbf[identity]\r\n\r\nnam = "x"\r\n'))


def test_a_missing_file_names_the_command_that_makes_one(tmp_path: Path) -> None:
    """Both an empty folder and none at all lead to `flywheel init DIR`."""
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(WorkspaceError) as caught:
            load_settings(folder)
        assert f"flywheel init {folder.resolve()}" in str(caught.value)


def test_all_mistakes_are_told_at_once(complaints: Complaints) -> None:
    """One reading is enough to mend a file: each mistake has its own line, in the file's order."""
    said = complaints(
        "[reviews]\n"
        'draf = "always"\n'
        'offer = "alwys"\n'
        "[revews]\n"
        "[bounds]\n"
        'total = "six"\n'
        "person = 0\n"
        "[sources]\n"
        "feeds = [\n"
        '  "https://fine.example/feed",\n'
        '  "example.org/feed",\n'
        "  7,\n"
        "]\n"
        "[identity]\n"
        'timezone = "london"\n'
    )
    assert said == [
        "flywheel.toml:2: [reviews] draf: unknown key. Did you mean `draft`?",
        "flywheel.toml:3: [reviews] offer: expected 'always', 'on_flag' or 'never', got the text `alwys`. "
        "Did you mean `always`?",
        "flywheel.toml:4: [revews]: unknown table. Did you mean `reviews`?",
        "flywheel.toml:6: [bounds] total: expected a whole number, got the text `six`. "
        "Write it without quotes and without a decimal point.",
        "flywheel.toml:7: [bounds] person: must be at least 1, got 0. Change the number.",
        "flywheel.toml:11: [sources] feeds, item 2: `example.org/feed` is not an http or https address. "
        "Did you mean `https://example.org/feed`?",
        'flywheel.toml:12: [sources] feeds, item 3: expected text, got the number 7. Put it in quotes: "...".',
        "flywheel.toml:15: [identity] timezone: `london` is not a time zone. Did you mean `Europe/London`?",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('name = "x"', "flywheel.toml:1: name: unknown key. It belongs in [identity]."),
        ("[contracts]\nmin_words = 400", ":2: [contracts] min_words: unknown key. It belongs in [contracts.draft]."),
        ("[contracts.drafts]\n", ":1: [contracts.drafts]: unknown table. Did you mean `draft`?"),
        ("[sources]\nurls = []", ":2: [sources] urls: unknown key. Known keys: folders, feeds, pages, sitemaps,"),
        ("reviews = 3", ":1: reviews: expected a table, got the number 3. Write [reviews] on a line of its own."),
        ("[[identity]]\n", "expected a table, got a list."),
        ("[models]\nretries = true", "expected a whole number, got true."),
        ("[models]\nretries = 2.0", "expected a whole number, got the number 2.0."),
        ("[models]\ntimeout = 0", "must be more than 0"),
        ("[models]\ntimeout = inf", "inf is not a number to work with."),
        ("[ceilings]\ntokens_day = 99999999999999999999", "This number is too large."),
        ('[models]\ndefault = "extractiv"', "Did you mean `extractive`?"),
        ('[models]\nvoice = "gpt-5"', "names no provider"),
        ('[sources]\nfolders = "sources"', "expected a list, got the text `sources`."),
        ('[reviews]\nautopublish = "yes"', "expected true or false, got the text `yes`."),
        ('[identity]\nname = ""', "[identity] name: must not be empty."),
        ('[identity]\nauthor = "A\\nB"', "holds a line break or a control character."),
        ('[identity]\nlanguage = "en_GB"', "Did you mean `en-GB`?"),
        ('[identity]\nlanguage = "Swiss German"', "Write a tag such as en or de-CH."),
        ('[identity]\ntimezone = "../etc/passwd"', "is not a time zone."),
        ('[identity]\ntimezone = ""', "is not a time zone."),
        ('[identity]\nurl = "ftp://x.example"', "is not an http or https address."),
        ('[identity]\nurl = "https://x.example/?a=1"', "no ? and no #"),
        ('[identity]\nurl = "https://[oops"', "is not an http or https address."),
        ('[identity]\nurl = "https://x.example:port"', "is not an http or https address."),
        ('[identity]\ndomains = ["https://shop.example/a"]', "Did you mean `shop.example`?"),
        ('[sources]\nfeeds = ["https://ann:pw@x.example/feed"]', "holds a user name or a password"),
        ('[sources]\nfolders = ["../other"]', "lies outside the workspace."),
        ('[sources]\nfolders = ["a/../../other"]', "lies outside the workspace."),
        ('[sources]\nfolders = ["/etc"]', "lies outside the workspace."),
        ('[sources]\nfolders = ["C:/notes"]', "lies outside the workspace."),
        ('[sources]\nfolders = ["."]', "the whole workspace can't be a source"),
        ("[sources]\nfolders = ['old\\notes']", "Did you mean `old/notes`?"),
        ('[sources]\nfolders = [""]', "must name a path."),
        ("[sources]\ntavily = true", ":2: [sources] tavily: unknown key. It belongs in [sources.searches]."),
        ("[sources]\nsitemap = []", ":2: [sources] sitemap: unknown key. Did you mean `sitemaps`?"),
        (
            "[sources]\nsearches = true",
            ":2: [sources] searches: expected a table, got true. Write [sources.searches] on a",
        ),
        ("[sources.serches]\narxiv = true", ":1: [sources.serches]: unknown table. Did you mean `searches`?"),
        ("[sources.searches]\n\nhackernews = true", ":3: [sources.searches] hackernews: unknown key. Did you mean"),
        (
            '[sources.searches]\narxiv = "yes"',
            ":2: [sources.searches] arxiv: expected true or false, got the text `yes`.",
        ),
        ("[sources.searches]\nresults = 50", ":2: [sources.searches] results: must be at most 20, got 50."),
        ('[sources.searches]\nwikipedia = "https://de.wikipedia.org"', "Did you mean `de`?"),
        ('[sources.searches]\nwikipedia = "!"', "Write a language code such as en."),
        ('[sources.searches]\nsearxng = "localhost"', "is not an http or https address."),
        ("[sources.budget]\npages = 0", ":2: [sources.budget] pages: must be more than 0, got 0."),
        ("[sources.budget]\nsecond = 9", "Did you mean `seconds`?"),
        ('[sources]\ncontact = "ann@"', "is not a mail address."),
        ('[sources]\ncontact = "Ann"', "is not an http or https address."),
        ('[sources]\nnovelty = "bm52"', "Did you mean `bm25`?"),
        ('[revenue]\nfit = "bm52"', "Did you mean `bm25`?"),
        ('[revenue]\nfit = "best"', "`best` is no way to tell what fits."),
        ('[channels.blusky]\nhandle = "x"', ":1: [channels.blusky]: unknown table. Did you mean `bluesky`?"),
        ("[channels]\nsite = true", "expected a table, got true. Write [channels.site] on a line of its own."),
        ("[channels.site]\nenabled = false", "no channel is on."),
        ("[channels.site]\nenabled = 'no'", "expected true or false, got the text `no`."),
        (
            "[channels.x]\nprice = [0.5]",
            "[channels.x] price: expected text, a number, true or false, got a list",
        ),
        (
            '[channels.x]\ntime = ["09:00"]',
            ":2: [channels.x] time: expected text, a number, true or false, got a",
        ),
        ('[channels.x]\ntime = ["09:00"]', "Did you mean `times`?"),
        ("[channels.x]\n\ntimes = '09:00'", ":3: [channels.x] times: expected a list, got the text `09:00`."),
        ("[channels.x]\ntimes = [9]", ":2: [channels.x] times, item 1: expected text, got the number 9."),
        ('[channels.x]\ntimes = ["09:00", "9:00"]', "[channels.x] times, item 2: `9:00` is not written as HH:MM. Did"),
        ('[channels.x]\ntimes = ["24:00"]', "`24:00` is not a time of day. Write one from 00:00 to 23:59"),
        ('[channels.x]\ntimes = ["noon"]', "`noon` is not a time of day."),
        ("[channels.x]\nper_hour = 0", ":2: [channels.x] per_hour: must be at least 1, got 0."),
        ('[channels.x]\nper_hour = "10"', ":2: [channels.x] per_hour: expected a whole number, got the text `10`."),
        (
            '[channels.x]\ntimes = ["23:00"]\n[schedule]\nquiet = "22:00-07:00"',
            ":2: [channels.x] times: 23:00 lies in the quiet hours, 22:00-07:00. Choose another time",
        ),
        (
            '[channels.x]\ntimes = ["23:00"]\nquiet = "22:00-07:00"',
            ":2: [channels.x] times: 23:00 lies in the quiet hours, 22:00-07:00. Choose another time",
        ),
        ('[channels.x]\nquiet = "22:00"', ":2: [channels.x] quiet: `22:00` doesn't say from when to when."),
        ("[channels.x]\nquiet = false", ":2: [channels.x] quiet: expected text"),
        ('[channels.x]\ntimezone = "Europe/Berlim"', ":2: [channels.x] timezone: `Europe/Berlim` is not a time zone."),
        ('[channels.x]\ntime_zone = ["UTC"]', "[channels.x] time_zone: expected text"),
        ('[schedule]\nquiet = "22:00"', ":2: [schedule] quiet: `22:00` doesn't say from when to when."),
        ('[schedule]\nquiet = "22:00-25:00"', ":2: [schedule] quiet: `25:00` is not a time of day."),
        ('[schedule]\nquiet = "22:00-7:00"', "Did you mean `07:00`?"),
        ('[schedule]\nquiet = "07:00-07:00"', "`07:00-07:00` begins and ends at once."),
        ("[schedule]\nwindow_days = 0", "must be at least 1, got 0."),
        ("[schedule]\ngrace_hours = 0", "[schedule] grace_hours: must be more than 0"),
        ("[schedule]\nwindow_days = 15", ":2: [schedule] window_days: 15 is more than approval_days, which is 14"),
        ("[schedule]\napproval_days = 2", ":1: [schedule] window_days: 7 is more than approval_days, which is 2"),
        ("[schedule]\nper_hour = 3", ":2: [schedule] per_hour: unknown key. It belongs in [channels.NAME]."),
        ('[channels.bluesky]\napp_password = "hunter2"', "this is no place for a secret."),
        ('[channels.mastodon]\nserver = "https://a:b@x.example"', "this is no place for a secret."),
        ("[channels.x]\ntoken = 12345", "this is no place for a secret."),
        ('[channels.email]\ndkim_key = "-----BEGIN RSA PRIVATE KEY-----"', "this is no place for a secret."),
        (
            '[tracking]\nurl = "go.example.org"',
            "[tracking] url: `go.example.org` is not an http or https address. Did you mean",
        ),
        ('[tracking]\nurl = "https://go.example.org/?to="', "a site's address has no ? and no #"),
        ('[tracking]\nproxy_header = "X Forwarded For"', ":2: [tracking] proxy_header:"),
        ('[tracking]\nclick_hosts = ["https://shop.example/a"]', "Did you mean `shop.example`?"),
        ('[tracking]\nhost = "x"', ":2: [tracking] host: unknown key."),
        ("[database]\nurl = 3", "[database] url: expected text, got the number 3."),
        ("[database]\nuri = 'x'", "Did you mean `url`?"),
    ],
)
def test_each_mistake_is_named_with_its_cure(complaints: Complaints, text: str, said: str) -> None:
    """One mistake is one line, and it says what was expected or what was probably meant."""
    lines = complaints(text)
    assert any(said in line for line in lines)
    assert all(line.startswith("flywheel.toml:") for line in lines)


def test_a_time_that_is_wrong_twice_is_told_once(complaints: Complaints) -> None:
    """What a key's rule refused isn't refused again by the settings' own form."""
    assert complaints('[schedule]\nquiet = "at night"') == [
        "flywheel.toml:2: [schedule] quiet: `at night` doesn't say from when to when. Write it as 22:00-07:00."
    ]


def test_a_channel_without_quiet_hours_may_post_in_those_of_the_rest(write: Write) -> None:
    """Empty quiet hours of a channel's own are none, and its zone is its readers'."""
    table = '[schedule]\nquiet = "22:00-07:00"\n[channels.site]\ntimes = ["23:00"]\nquiet = ""\ntimezone = "Asia/Tokyo"'
    settings = load_settings(write(table))
    assert settings.clock_of("site") == Clock(timezone="Asia/Tokyo")
    assert settings.clock_of("bluesky") == Clock(timezone="UTC", quiet="22:00-07:00")


@pytest.mark.parametrize(
    ("time", "quiet", "refused"),
    [
        ("21:59", "22:00-07:00", False),
        ("22:00", "22:00-07:00", True),
        ("00:00", "22:00-07:00", True),
        ("07:00", "22:00-07:00", False),
        ("13:00", "12:00-14:00", True),
        ("14:00", "12:00-14:00", False),
    ],
)
def test_quiet_hours_hold_their_first_minute_and_may_pass_midnight(
    write: Write, time: str, quiet: str, *, refused: bool
) -> None:
    """A channel may post in the minute in which the quiet hours end, and not in that in which they begin."""
    folder = write(f'[schedule]\nquiet = "{quiet}"\n[channels.site]\ntimes = ["{time}"]')
    try:
        load_settings(folder)
    except WorkspaceError as error:
        assert "lies in the quiet hours" in str(error)
        assert refused
    else:
        assert not refused


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[identity]\nname = The Letter", r":2: Not valid TOML at column 8: Invalid value. Text stands in double"),
        ("[bounds]\ntotal = 1\ntotal = 2\n", r":3: Not valid TOML.*: Cannot overwrite a value. It is set twice"),
        ("[bounds]\n[bounds]\n", r":2: Not valid TOML.*Cannot declare"),
        ("[sources]\nfolders = [", r":2: Not valid TOML at the end of the file"),
        ('[sources]\nfolders = ["C:\\Users"]', r":2: Not valid TOML.*for a backslash"),
        ("x = " + "[" * 5000, r"nested too deeply"),
        ("x = " + "1" * 5000, r"Not valid TOML"),
    ],
)
def test_broken_toml_is_placed_by_line_and_column(complaints: Complaints, text: str, said: str) -> None:
    """A file that isn't TOML says where it broke off and what usually helps."""
    (line,) = complaints(text)
    assert re.search(said, line)


def test_bytes_that_are_not_utf8_are_placed(write: Write) -> None:
    """A file in another encoding is named by byte, offset and line."""
    with pytest.raises(WorkspaceError, match=r"^flywheel.toml:2: The byte 0xE9 at offset 19 \(from 0\) is not UTF-8"):
        load_settings(write('[identity]\nname = "é"\n'.encode("latin-1")))
    with pytest.raises(WorkspaceError, match=r"flywheel.toml:2: The byte 0xE9 at offset 22 "):
        load_settings(write(b"\xef\xbb\xbf" + '[identity]\nname = "é"\n'.encode("latin-1")))


def test_a_folder_in_place_of_the_file_is_told(tmp_path: Path) -> None:
    """What can't be opened is a problem for a person, not a traceback."""
    (tmp_path / "flywheel.toml").mkdir()
    with pytest.raises(WorkspaceError, match="It can't be read"):
        load_settings(tmp_path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "[contracts.draft]\nmin_words = 100",
            "[contracts.draft] min_words: contracts can only be tightened: "
            "the default is 150, and 100 is looser. Write 150 or more",
        ),
        ("[contracts.draft]\nmax_words = 3000", "the default is 2000, and 3000 is looser. Write 2000 or less"),
        ("[contracts.brief]\nmin_origins = 1", "contracts can only be tightened: the default is 2"),
        ("[contracts.offer]\nmax_insertions = 4", "contracts can only be tightened: the default is 3"),
        ("[contracts.offer]\nwords_per_insertion = 599", "contracts can only be tightened: the default is 600"),
        ("[contracts.release]\nmax_parts = 9", "contracts can only be tightened: the default is 8"),
        ("[contracts.draft]\nmin_words = 800\nmax_words = 700", ":2: [contracts.draft] min_words: 800 is more than"),
        ("[contracts.brief]\nmin_evidence = 9\nmax_evidence = 8", ":2: [contracts.brief] min_evidence: 9 is more than"),
        ("[contracts.brief]\nmin_origins = 13", "[contracts.brief] min_origins: 13 is more than max_evidence"),
        ('[contracts.draft]\nbanned_phrases = ["a", "…"]', "banned_phrases, item 2: a phrase needs a word in it."),
        (
            '[contracts.draft]\nbanned_phrases = ["Deep dive"]\nrequired_phrases = ["a deep dive in"]',
            "but “Deep dive” is",
        ),
    ],
)
def test_contracts_are_tightened_only(complaints: Complaints, text: str, said: str) -> None:
    """A bound looser than its default is refused, and so are bounds that nothing could meet."""
    lines = complaints(text)
    assert len(lines) == 1
    assert said in lines[0]


def test_loosening_is_told_beside_other_mistakes(complaints: Complaints) -> None:
    """A wrong key in the same table doesn't hide that another loosens it."""
    said = complaints('[contracts.draft]\nmin_words = 1\nmax_words = "many"\n')
    assert [line.split(": ")[1] for line in said] == ["[contracts.draft] min_words", "[contracts.draft] max_words"]


@pytest.mark.parametrize("policy", ["never", "on_flag"])
def test_publishing_unseen_has_to_be_switched_on_by_name(write: Write, complaints: Complaints, policy: str) -> None:
    """Without autopublish = true, review_release can't be anything but always."""
    text = f'[reviews]\nrelease = "{policy}"\n'
    (line,) = complaints(text)
    assert line.startswith("flywheel.toml:2: [reviews] release: ")
    assert "autopublish = true" in line
    assert len(complaints(text + "autopublish = false\n")) == 1
    assert load_settings(write(text + "autopublish = true\n")).reviews.release == policy


def test_a_link_out_of_the_workspace_is_no_source(write: Write, tmp_path: Path) -> None:
    """A folder that is a link to somewhere else lies outside, whatever its name."""
    folder = write('[sources]\nfolders = ["linked"]\n', "space/flywheel.toml") / "space"
    (folder / "linked").symlink_to(tmp_path)
    with pytest.raises(WorkspaceError, match="lies outside the workspace"):
        load_settings(folder)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("checks.py", "doesn't name a check"),
        ("checks:calm", "doesn't name a check"),
        ("check.py:calm", "Did you mean `checks.py`?"),
        ("../checks.py:calm", "lies outside the workspace"),
    ],
)
def test_own_checks_are_named_by_file_and_function(write: Write, complaints: Complaints, name: str, said: str) -> None:
    """The file has to be there, inside the workspace; a good name goes through as it is."""
    write("def calm(contract, facts): return ()\n", "checks.py")
    assert load_settings(write('[contracts.draft]\nchecks = ["checks.py:calm"]')).contracts.draft.checks == (
        "checks.py:calm",
    )
    (line,) = complaints(f'[contracts.draft]\nchecks = [\n"{name}"]\n')
    assert line.startswith("flywheel.toml:3: [contracts.draft] checks, item 1: ")
    assert said in line
