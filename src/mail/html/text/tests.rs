//! How documents read: what browsers, Outlook, Gmail and the makers of newsletters write, what is
//! broken, and what is meant to take long.

use super::*;

#[test]
fn html_reads_like_a_letter() {
    for (case, html, expected) in [
        ("paragraphs", "<p>One\n two</p><p>Three</p>", "One two\n\nThree"),
        ("line breaks", "a<br>b<br><br>c<br><br><br><br>d", "a\nb\n\nc\n\nd"),
        ("divs", "<div>a</div><div>b<div>c</div></div>", "a\nb\nc"),
        ("gmail blank line", "<div>a</div><div><br></div><div>b</div>", "a\n\nb"),
        (
            "outlook",
            "<p class=MsoNormal>a</p><p class=MsoNormal><o:p>&nbsp;</o:p></p><p class=MsoNormal>b</p><p class=MsoNormal>c</p>",
            "a\n\nb\nc",
        ),
        ("inline", "a <b>b</b>c <i> d</i>", "a bc d"),
        (
            "entities",
            "&lt;x&gt; &amp;amp; &uuml;&#8364;&#x20AC;&#150; &unknown;",
            "<x> &amp; ü€€– &unknown;",
        ),
        ("list", "<ul><li>a</li><li>b<ul><li>c</ul></ul>d", "- a\n- b\n  - c\n\nd"),
        ("numbers", "<ol><li>a<li>b</ol>", "1. a\n2. b"),
        ("long item", "<ul><li>a<br>b</li></ul>", "- a\n  b"),
        (
            "quote",
            "x<blockquote>a<br>b<blockquote>c</blockquote></blockquote>y",
            "x\n\n> a\n> b\n>\n> > c\n\ny",
        ),
        ("indent only", "<blockquote style=\"border: none\">a</blockquote>", "a"),
        (
            "link",
            "see <a href=\"https://x.example/a?b=1&amp;c=2\">the page</a>.",
            "see the page (https://x.example/a?b=1&c=2).",
        ),
        (
            "link as text",
            "<a href=\"https://x.example/\">x.example</a> <a href='mailto:a@b.c'>a@b.c</a>",
            "x.example a@b.c",
        ),
        (
            "link to a person",
            "<a href=\"mailto:ana@x.example?subject=a\">Ana</a>",
            "Ana <ana@x.example>",
        ),
        (
            "two links",
            "<a href=https://x.example/1>a<a href=https://x.example/2>b</a>",
            "a (https://x.example/1)b (https://x.example/2)",
        ),
        ("anchor", "<a name=x></a><a>b</a>", "b"),
        ("bad link", "<a href=\"javascript:x\">y</a>", "y"),
        ("picture", "<img alt=\"Our  logo\" src=x><img src=y>", "[Our logo]"),
        (
            "table",
            "<table><tr><th>Item</th><th>Price</th></tr><tr><td>Pen</td><td>2 €</td></tr></table>",
            "Item | Price\nPen | 2 €",
        ),
        (
            "outlook table",
            "<table><tr><td><p class=MsoNormal>a</p></td><td><p class=MsoNormal>b</p></td></tr></table>",
            "a | b",
        ),
        (
            "layout table",
            "<table><tr><td><p>a</p><p>b</p></td><td>c</td></tr></table>",
            "a\n\nb\n\nc",
        ),
        ("pre", "<pre>a\n  b\n\nc</pre>d", "a\n  b\n\nc\n\nd"),
        (
            "hidden",
            "<head><title>t</title><style>s</style></head><script>x</script>a<!-- b -->",
            "a",
        ),
        ("rule", "a<hr>b", "a\n---\nb"),
        ("rules twice", "a<hr><hr>b", "a\n---\nb"),
        (
            "outlook separator",
            "<p class=MsoNormal>Yes</p><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in'><p class=MsoNormal><b>From:</b> Ana<br><b>Sent:</b> today</p></div>",
            "Yes\n---\nFrom: Ana\nSent: today",
        ),
        (
            "outlook on the web",
            "<div>Yes</div><hr tabindex=\"-1\"><div id=\"divRplyFwdMsg\" dir=\"ltr\"><font><b>From:</b> Ana<br><b>Sent:</b> today</font><div>&nbsp;</div></div><div>No?</div>",
            "Yes\n---\nFrom: Ana\nSent: today\n\nNo?",
        ),
        (
            "gmail reply",
            "<div dir=ltr>Yes</div><br><div class=gmail_quote><div class=gmail_attr>On Mon Ana &lt;<a href=\"mailto:ana@x.example\">ana@x.example</a>&gt; wrote:<br></div><blockquote class=gmail_quote style=\"margin:0 0 0 .8ex;border-left:1px #ccc solid\">No?</blockquote></div>",
            "Yes\n\nOn Mon Ana <ana@x.example> wrote:\n\n> No?",
        ),
        (
            "tight paragraphs",
            "<p style=\"margin:0\">a</p><p style='margin-top:0;margin-bottom:0'>b</p>",
            "a\nb",
        ),
        ("numbered from", "<ol start=3><li>a<li value=7>b<li>c</ol>", "3. a\n7. b\n8. c"),
        (
            "lettered",
            "<ol type=a><li>a<ol type=I><li>b<li>c</ol><li>d</ol>",
            "a. a\n  I. b\n  II. c\nb. d",
        ),
        ("item of paragraphs", "<ul><li><p>a</p></li><li><p>b</p></li></ul>", "- a\n\n- b"),
        ("definitions", "<dl><dt>a<dd>b<dt>c<dd>d</dl>e", "a\n  b\nc\n  d\n\ne"),
        (
            "side by side",
            "<table role=presentation><tr><td><a href=https://x.example/1>Shop</a></td><td>Sale</td></tr></table>",
            "Shop (https://x.example/1) Sale",
        ),
        (
            "columns that are tables",
            "<table><tr><td><table><tr><td>a</td></tr></table></td><td><table><tr><td>b</td></tr></table></td></tr></table>",
            "a\nb",
        ),
        (
            "empty cells",
            "<table><tr><td>&nbsp;</td><td></td><td>a</td><td> </td><td>b</td></tr></table>",
            "a | b",
        ),
        (
            "preheader",
            "<div style=\"display:none;max-height:0\">Read now <div>x</div>&zwnj;&nbsp;</div><p>Hello</p>",
            "Hello",
        ),
        ("preheader in a span", "<span style=\"font-size:0\">x</span>Hello", "Hello"),
        ("hidden attribute", "<div hidden>x</div>Hello", "Hello"),
        ("outlook hides buttons only from itself", "<a style=\"mso-hide:all\">Buy</a>", "Buy"),
        (
            "space between columns",
            "<td style=\"font-size:0\"><div style=\"font-size:13px\">Hello</div></td>",
            "Hello",
        ),
        ("everything hidden", "<div style=\"display:none\">Hello</div>", "Hello"),
        ("hidden and never closed", "a<div style=\"display:none\">b<p>c", "a\nb\n\nc"),
        ("hidden paragraph", "<p style=\"display:none\">a<p>b", "b"),
        (
            "invisible signs",
            "Ver\u{ad}trag\u{200b} &shy;&zwnj;\u{feff}\u{34f} da\u{2060}",
            "Vertrag da",
        ),
        (
            "joiners that join",
            "\u{645}\u{6cc}\u{200c}\u{62e} \u{1f468}\u{200d}\u{1f469}",
            "\u{645}\u{6cc}\u{200c}\u{62e} \u{1f468}\u{200d}\u{1f469}",
        ),
        (
            "conditional comment",
            "<!--[if mso]><p>x</p><![endif]-->a<!--[if !mso]><!-->b<!--<![endif]-->c<![if !mso]>d<![endif]>",
            "abcd",
        ),
        ("styled lines", "<div style=\"white-space:pre-wrap\">a\n  b</div>c\nd", "a\n  b\nc d"),
        ("plaintext", "a<plaintext>b &amp; <b>\nc", "a\n\nb &amp; <b>\nc"),
        ("xmp", "<xmp>&lt;<b></xmp>x", "&lt;<b>\n\nx"),
        ("noscript", "<noscript><p>a</p></noscript>b", "a\n\nb"),
        ("choices", "<select><option>a<option>b</select>c", "c"),
        ("choices without end", "<select><option>a", "a"),
        ("drawing", "<svg><title>t</title><text>x</text></svg>a", "a"),
        ("broken table", "<td>a<td>b<tr><td>c</table>d", "ab\nc\nd"),
        ("closing first", "</div></p></table></blockquote></ul>a</a></b>", "a"),
        ("less than", "1 < 2", "1 < 2"),
        ("cut off", "a<b", "a<b"),
        ("empty", "", ""),
    ] {
        assert_eq!(text(html), expected, "{case}");
    }
}
