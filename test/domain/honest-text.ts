/** Ordinary texts of issues in several languages and forms: the cleaner may not touch them. */

const FENCED =
  "```html\n<!-- kept -->\n<img alt=\"a word\" title='b'>\n![x](y \"z\") &#8203; p\u0430ypal\n[a]: b 'c'\n```";

export const HONEST_TEXTS: { name: string; text: string }[] = [
  {
    name: "a report",
    text: "## Steps\n\n1. Run `npm test`\n2. See *nothing*\n\n- [ ] done\n- [x] not done\n\n> quoted\n> twice",
  },
  { name: "German", text: "Beim Öffnen größerer Dateien stürzt „Übersicht“ ab – schön wäre eine Meldung." },
  {
    name: "French",
    text: "L’écran reste vide\u202F: «\u00A0rien\u00A0» n’apparaît, même après 5\u00A0% du délai\u202F!",
  },
  { name: "Russian", text: "Сервер не отвечает: API-сервер падает, хотя тест COM-порта проходит." },
  { name: "Greek", text: "Το πρόγραμμα κολλάει όταν το Δt είναι 5 μs και το ρgh μηδέν." },
  { name: "Polish and Vietnamese", text: "Zażółć gęślą jaźń. Tiếng Việt không hiển thị đúng." },
  { name: "Japanese", text: "ボタンを押しても\u3000何も起きません。「設定」を確認してください。" },
  { name: "Chinese and Korean", text: "點擊後沒有反應。\n버튼을 눌러도 아무 일도 일어나지 않습니다." },
  { name: "Persian with its joiner", text: "برنامه نمی\u200Cخواهد اجرا شود." },
  { name: "Arabic and Hebrew", text: "لا يعمل الزر.\nהכפתור אינו עובד. שָׁלוֹם" },
  { name: "Hindi with its joiners", text: "क्\u200Dष और क्\u200Cष अलग दिखते हैं।" },
  { name: "Thai", text: "ปุ่มนี้ใช้งานไม่ได้" },
  {
    name: "emoji",
    text: "\u{1F468}\u200D\u{1F469}\u200D\u{1F467}\u200D\u{1F466} \u{1F3F3}\uFE0F\u200D\u{1F308} \u{1F44D}\u{1F3FD} \u{1F469}\u{1F3FD}\u200D\u{1F680} \u2764\uFE0F 1\uFE0F\u20E3 \u{1F1E9}\u{1F1EA}",
  },
  { name: "the flag of Scotland", text: "\u{1F3F4}\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}!" },
  {
    name: "a stack trace",
    text: 'TypeError: a is undefined\n    at run (/app/src/a.ts:3:14)\n    at async Promise.all (index 0)\n    at <anonymous>\n  File "a.py", line 3, in <module>',
  },
  { name: "a table", text: "| a | b |\n|:--|--:|\n| `x|y` | 1 < 2 |\n| **c** | a \\| b |" },
  { name: "fenced code", text: `Look:\n\n${FENCED}\n\nThat is all.` },
  { name: "fenced code in a list", text: `1. Look:\n\n${FENCED.replace(/^/gm, "   ")}\n\n2. That is all.` },
  { name: "fenced code in a quote", text: FENCED.replace(/^/gm, "> ") },
  {
    name: "indented code",
    text: "Look:\n\n    if (a < b) {\n\n    <!-- kept --> [x](y 'z')\n\nThat is all.",
  },
  { name: "code in tabs", text: "Look:\n\n\tif (a <b title='c'>) &zwnj;\n\nThat is all." },
  {
    name: "code between words",
    text: "Use `Map<String, List<T>>` or ``a ` <b c='d'>`` where a < b && c > d.",
  },
  {
    name: "links",
    text: "See [the docs](https://a.test/b?c=d&e=f#g), <https://a.test>, https://a.test/a_b and [#12](../issues/12).",
  },
  {
    name: "pictures",
    text: '![image](https://a.test/p.png)\n<img width="600" height="40" alt="Image" src="https://a.test/p.png" />',
  },
  {
    name: "details",
    text: "<details open>\n<summary>Log</summary>\n\n```\nfailed\n```\n\n</details>\n\nPress <kbd>Ctrl</kbd>+<kbd>C</kbd><br>H<sub>2</sub>O",
  },
  { name: "a footnote", text: "It fails.[^1]\n\n[^1]: Not always." },
  { name: "mathematics and arrows", text: "x\u0302 ≤ ∑ α·β → ∞, 5 µm ± 2 ℃, £5 “quoted”… a[0] = b[1](c)" },
  { name: "mentions and references", text: "@anna, this closes #3 and a/b#4, see 1234567." },
  { name: "entities", text: "&lt;div&gt; &amp; &nbsp; &copy; &#65; AT&T" },
];
