/** The receipt: what the record keeps of rebases, and how a pull request's text shows it. */
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { Receipt, receiptHash, withEnded, withRebase, type RebaseEntry } from "../../src/domain/receipt.ts";
import { showsReceipt, withoutReceipt, withReceipt } from "../../src/domain/receipt-text.ts";
import { bodyOf } from "../../src/domain/comments.ts";
import { mergeMessage } from "../../src/domain/merge-message.ts";
import { attempt, BRIEF, pull, ready, record, report, sha } from "./snapshots.ts";
import { recordOf } from "./speech.ts";

const PAGE = "https://github.test/acme/app";
const ASKED = {
  v: 1,
  asked: { by: { id: 5, login: "anna" }, at: "2026-03-01T11:00:00Z", how: "label" },
  brief: { hash: "b".repeat(64), removed: [{ what: "zero_width", count: 2 }] },
} as const satisfies Partial<Receipt>;
const ENDED = {
  ...attempt({ n: 2, run: 77, turns: 3, seconds: 12, usd: 0.1 }),
  end: "completed",
  ended: "2026-03-01T12:00:00Z",
} as const;

function entry(change: Partial<RebaseEntry> = {}): RebaseEntry {
  return {
    by: "git",
    dropped: [],
    conflicts: [],
    before: sha("1"),
    onto: sha("2"),
    after: sha("3"),
    commits: { before: 2, after: 2 },
    range_diff: "1:  1111111 = 1:  3333333 Fix the parser",
    attempt: 4,
    at: "2026-03-01T12:00:00Z",
    same: true,
    ...change,
  };
}

function receipt(...entries: RebaseEntry[]): Receipt {
  return entries.reduce<Receipt>(withRebase, { ...ASKED, attempts: [], rebases: [] });
}

describe("the record's receipt", () => {
  it("keeps the newest twenty rebases, and the comparison of the newest five", () => {
    const many = receipt(...Array.from({ length: 23 }, (_, n) => entry({ attempt: n + 1 })));

    expect(many.rebases.map(({ attempt }) => attempt)).toEqual(Array.from({ length: 20 }, (_, n) => n + 4));
    expect(many.rebases.filter(({ range_diff }) => range_diff !== "").map(({ attempt }) => attempt)).toEqual([
      19, 20, 21, 22, 23,
    ]);
  });

  it("tells of each attempt what its report told, and of one without a report no more than GitHub knows", () => {
    const { asked } = ASKED;
    const told = report({ attempt: 2, verify: { exit: 1, seconds: 3, tail: "red" } });

    const once = withEnded(null, { asked, brief: BRIEF }, { ended: ENDED, report: told });
    const twice = withEnded(
      once,
      { asked, brief: null },
      { ended: { ...ENDED, n: 3, end: "runner_lost" }, report: null },
    );

    expect(twice).toMatchObject({
      asked,
      brief: { hash: BRIEF.hash, removed: [] },
      attempts: [
        {
          attempt: 2,
          end: "completed",
          run: 77,
          usd: 0.1,
          told: { sandbox: "off", verify: 1, tokens: { input: 900 } },
        },
        { attempt: 3, end: "runner_lost", told: null },
      ],
    });
  });

  it("of an older release is read as it is, and keeps its hash", () => {
    const { asked } = ASKED;
    const told = report({ attempt: 2 });
    const made = withEnded(null, { asked, brief: BRIEF }, { ended: ENDED, report: told });
    const stored = JSON.stringify(made);

    expect(stored).not.toContain("uncertain");
    expect(receiptHash(Receipt.parse(JSON.parse(stored)))).toBe(
      createHash("sha256").update(stored).digest("hex"),
    );
  });

  it("keeps the newest two dozen attempts, and no list without end", () => {
    const hosts = {
      used: Array.from({ length: 90 }, (_, n) => `${n}.test`),
      tunnelled: [],
      refused: ["x".repeat(900)],
    };
    const { asked } = ASKED;

    let many: Receipt | null = null;
    for (let n = 1; n <= 30; n += 1)
      many = withEnded(
        many,
        { asked, brief: BRIEF },
        { ended: { ...ENDED, n }, report: report({ attempt: n, hosts }) },
      );

    expect(many?.attempts.map((one) => one.attempt)).toEqual(Array.from({ length: 24 }, (_, n) => n + 7));
    expect(many?.attempts[0]?.told?.hosts.used).toHaveLength(30);
    expect(many?.attempts[0]?.told?.hosts.refused).toEqual(["x".repeat(200)]);
  });
});

it.each([
  [{ unpriced: ["house-model"], estimated: 1 }, "at least $0.10"],
  [{ unpriced: [], estimated: 1 }, "about $0.10"],
])("the status says that a price is not the whole one: %j", (uncertain, price) => {
  const { asked } = ASKED;
  const told = report({ attempt: 1, uncertain });
  const ended = { ...attempt({ n: 1, usd: 0.1 }), end: "completed", ended: ENDED.ended } as const;
  const receipt = withEnded(null, { asked, brief: BRIEF }, { ended, report: told });
  const before = ready({ attempts: [ended] }, { receipt });

  expect(bodyOf("status", before, recordOf(before))).toContain(`| ${price} |`);
});

describe("a pull request's text", () => {
  it("says of each attempt what it ran in, cost, reached and was refused", () => {
    const told = report({
      attempt: 2,
      sandbox: "bubblewrap",
      hosts: { used: ["api.test"], tunnelled: ["files.test"], refused: ["evil.test:443: not allowed"] },
      guard: [{ path: "a`b.js", rule: "odd_mode" }],
      verify: { exit: 0, seconds: 3, tail: "" },
    });
    const made = withEnded(null, { asked: ASKED.asked, brief: BRIEF }, { ended: ENDED, report: told });

    expect(withReceipt("", made, PAGE)).toContain(
      [
        `- **Attempt 2, implement** ([run](${PAGE}/actions/runs/77)): completed after 3 turns and 12 seconds, $0.10.`,
        "  scripted 1 script, in bubblewrap; 900 tokens in, 0 from the cache, 200 out. `verify` ended with 0.",
        "  Reached: `api.test`.",
        "  Data could leave unseen to: `files.test`.",
        "  Not reached: `evil.test:443: not allowed`.",
        "  Held back: `a'b.js (odd mode)`.",
      ].join("\n"),
    );
  });

  it.each([
    [
      { unpriced: ["house-model"], estimated: 0 },
      ["  No price is known of `house-model`: what it cost is not counted."],
    ],
    [
      { unpriced: ["one", "two"], estimated: 2 },
      [
        "  No price is known of `one`, `two`: what they cost is not counted.",
        "  Estimated in part: 2 answers that were broken off.",
      ],
    ],
    [{ unpriced: [], estimated: 1 }, ["  Estimated in part: 1 answer that was broken off."]],
  ])("says what a price leaves open: %j", (uncertain, lines) => {
    const { asked } = ASKED;
    const told = report({ attempt: 2, uncertain });
    const made = withEnded(null, { asked, brief: BRIEF }, { ended: ENDED, report: told });

    expect(withReceipt("", made, PAGE)).toContain(`200 out.\n${lines.join("\n")}\n`);
    expect(Receipt.parse(JSON.parse(JSON.stringify(made)))).toEqual(made);
  });

  it("does not say that an attempt ran somewhere of which nothing ran", () => {
    const { asked } = ASKED;
    const told = report({ attempt: 2, sandbox: null });
    const made = withEnded(null, { asked, brief: BRIEF }, { ended: ENDED, report: told });

    expect(withReceipt("", made, PAGE)).toContain(
      "completed after 3 turns and 12 seconds, $0.10.\n  Nothing of it is known to have run.\n",
    );
  });

  it("shows how the head came to be, folded at its end", () => {
    const body = withReceipt("Closes #7\n\nA person wrote this.", receipt(entry()), PAGE);

    expect(body).toBe(
      [
        "Closes #7",
        "A person wrote this.",
        "<!-- gza:receipt -->",
        "<details><summary>Receipt</summary>",
        `Asked for by anna (label, 2026-03-01T11:00:00Z). Read: the issue as it stood then (\`${"b".repeat(12)}\`). Taken out of it: 2 × zero width.`,
        `**Rebase, attempt 4**: \`${sha("1").slice(0, 12)}\` became \`${sha("3").slice(0, 12)}\` on \`${sha("2").slice(0, 12)}\` (git alone, no model, $0). 2 commits before, 2 after. The patch is unchanged, so the verdict stands. The old head is kept.\n\n\`\`\`\n1:  1111111 = 1:  3333333 Fix the parser\n\`\`\``,
        "</details>",
        "<!-- gza:receipt:end -->",
      ].join("\n\n"),
    );
  });

  it("is written over without touching what stands around it, and not again when it shows it already", () => {
    const once = `${withReceipt("Before.", receipt(entry()), PAGE)}\n\nAfter.`;
    const twice = withReceipt(once, receipt(entry(), entry({ attempt: 5, by: "agent", same: false })), PAGE);

    expect(twice).toMatch(/^Before\.\nAfter\.\n\n<!-- gza:receipt -->/);
    expect(twice.match(/<!-- gza:receipt -->/g)).toHaveLength(1);
    expect(withoutReceipt(twice)).toBe("Before.\nAfter.");
    expect(showsReceipt(once, receipt(entry()), PAGE)).toBe(true);
    expect(showsReceipt(once.replaceAll("\n", "\r\n"), receipt(entry()), PAGE)).toBe(true);
    expect(showsReceipt(once, receipt(entry(), entry({ attempt: 5 })), PAGE)).toBe(false);
  });

  it("cannot be broken out of by a comparison or a path", () => {
    const hostile = entry({
      range_diff: "````\n</details>\n@anna",
      conflicts: [{ path: "a`b.ts", kind: "add_add", by: "agent", ours: "", theirs: "" }],
      dropped: [{ oid: sha("5"), subject: "closes #3 @anna", why: "squashed" }],
    });

    const body = withReceipt("", receipt(hostile), PAGE);

    expect(body).toContain("`````\n````\n</details>\n@anna\n`````");
    expect(body).toContain("- conflict: `a'b.ts` (add/add), settled by agent.");
    expect(body).not.toContain("closes #3 @anna");
  });

  it("goes into the merge message as people wrote it, without its making", () => {
    const body = withReceipt(
      "Closes #7\n\nHandles empty input.\n\nAsked for by anna. \n\nIt stays a draft.",
      receipt(entry()),
      PAGE,
    );
    const from = ready({ spent: { attempts: 3, turns: 9, usd: 1 } }, { pull: pull({ body }) });

    expect(mergeMessage(from, record({ spent: { attempts: 3, turns: 9, usd: 1 } }))).toBe(
      "Closes #7\n\nHandles empty input.\n\nGza-Task: #7\nGza-Asked-By: anna\nGza-Attempts: 3",
    );
  });
});
