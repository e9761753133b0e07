/** The receipt: what the record keeps of rebases, and how a pull request's text shows it. */
import { describe, expect, it } from "vitest";
import { withRebase, type Receipt, type RebaseEntry } from "../../src/domain/receipt.ts";
import { showsReceipt, withoutReceipt, withReceipt } from "../../src/domain/receipt-text.ts";
import { mergeMessage } from "../../src/domain/merge-message.ts";
import { sha } from "./snapshots.ts";
import { pull, ready, record } from "./snapshots.ts";

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
  return entries.reduce<Receipt | null>(withRebase, null) ?? { v: 1, rebases: [] };
}

describe("the record's receipt", () => {
  it("keeps the newest twenty rebases, and the comparison of the newest five", () => {
    const many = receipt(...Array.from({ length: 23 }, (_, n) => entry({ attempt: n + 1 })));

    expect(many.rebases.map(({ attempt }) => attempt)).toEqual(Array.from({ length: 20 }, (_, n) => n + 4));
    expect(many.rebases.filter(({ range_diff }) => range_diff !== "").map(({ attempt }) => attempt)).toEqual([
      19, 20, 21, 22, 23,
    ]);
  });
});

describe("a pull request's text", () => {
  it("shows how the head came to be, folded at its end", () => {
    const body = withReceipt("Closes #7\n\nA person wrote this.", receipt(entry()));

    expect(body).toBe(
      [
        "Closes #7",
        "A person wrote this.",
        "<!-- gza:receipt -->",
        "<details><summary>Receipt</summary>",
        `**Rebase, attempt 4**: \`${sha("1").slice(0, 12)}\` became \`${sha("3").slice(0, 12)}\` on \`${sha("2").slice(0, 12)}\` (git alone, no model, $0). 2 commits before, 2 after. The patch is unchanged, so the verdict stands. The old head is kept.\n\n\`\`\`\n1:  1111111 = 1:  3333333 Fix the parser\n\`\`\``,
        "</details>",
        "<!-- gza:receipt:end -->",
      ].join("\n\n"),
    );
  });

  it("is written over without touching what stands around it, and not again when it shows it already", () => {
    const once = `${withReceipt("Before.", receipt(entry()))}\n\nAfter.`;
    const twice = withReceipt(once, receipt(entry(), entry({ attempt: 5, by: "agent", same: false })));

    expect(twice).toMatch(/^Before\.\nAfter\.\n\n<!-- gza:receipt -->/);
    expect(twice.match(/<!-- gza:receipt -->/g)).toHaveLength(1);
    expect(withoutReceipt(twice)).toBe("Before.\nAfter.");
    expect(showsReceipt(once, receipt(entry()))).toBe(true);
    expect(showsReceipt(once.replaceAll("\n", "\r\n"), receipt(entry()))).toBe(true);
    expect(showsReceipt(once, receipt(entry(), entry({ attempt: 5 })))).toBe(false);
  });

  it("cannot be broken out of by a comparison or a path", () => {
    const hostile = entry({
      range_diff: "````\n</details>\n@anna",
      conflicts: [{ path: "a`b.ts", kind: "add_add", by: "agent", ours: "", theirs: "" }],
      dropped: [{ oid: sha("5"), subject: "closes #3 @anna", why: "squashed" }],
    });

    const body = withReceipt("", receipt(hostile));

    expect(body).toContain("`````\n````\n</details>\n@anna\n`````");
    expect(body).toContain("- conflict: `a'b.ts` (add/add), settled by agent.");
    expect(body).not.toContain("closes #3 @anna");
  });

  it("goes into the merge message as people wrote it, without its making", () => {
    const body = withReceipt(
      "Closes #7\n\nHandles empty input.\n\nAsked for by anna. \n\nIt stays a draft.",
      receipt(entry()),
    );
    const from = ready({ spent: { attempts: 3, turns: 9, usd: 1 } }, { pull: pull({ body }) });

    expect(mergeMessage(from, record({ spent: { attempts: 3, turns: 9, usd: 1 } }))).toBe(
      "Closes #7\n\nHandles empty input.\n\nGza-Task: #7\nGza-Asked-By: anna\nGza-Attempts: 3",
    );
  });
});
