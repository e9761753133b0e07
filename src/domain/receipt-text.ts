/** The receipt as people see it: folded, at the end of the pull request's text, between two marks. */
import { fenced } from "./fenced.ts";
import { cleanLine } from "./clean.ts";
import type { AttemptEntry, Receipt, RebaseEntry } from "./receipt.ts";
import type { Uncertain } from "./report.ts";
import { stopped } from "./sentence.ts";

const BEGIN = "<!-- gza:receipt -->";
const END = "<!-- gza:receipt:end -->";

/** Of so many of the newest rebases the comparison is shown. */
const SHOWN = 3;
const MAX_DIFF = 8000;

/** The text with the receipt as it is now; what people wrote around it stays. `url`: the repository's page. */
export function withReceipt(body: string, receipt: Receipt, url: string): string {
  return `${withoutReceipt(body).trimEnd()}\n\n${receiptText(receipt, url)}`;
}

/** Whether the text shows this receipt. */
export function showsReceipt(body: string, receipt: Receipt, url: string): boolean {
  return body.replaceAll("\r\n", "\n").includes(receiptText(receipt, url));
}

export function withoutReceipt(body: string): string {
  const from = body.indexOf(BEGIN);
  if (from === -1) return body;
  const to = body.indexOf(END, from);
  return `${body.slice(0, from).trimEnd()}\n${to === -1 ? "" : body.slice(to + END.length).trimStart()}`.trimEnd();
}

/** Texts of receipts that were shown before: to clean their words takes far longer than anything else that is looked at. */
const texts = new WeakMap<Receipt, { url: string; text: string }>();

function receiptText(receipt: Receipt, url: string): string {
  const known = texts.get(receipt);
  if (known?.url === url) return known.text;
  const text = makeText(receipt, url);
  texts.set(receipt, { url, text });
  return text;
}

function makeText({ asked, brief, attempts, rebases }: Receipt, url: string): string {
  const removed = brief.removed
    .map(({ what, count }) => `${count} × ${what.replaceAll("_", " ")}`)
    .join(", ");
  const words = removed === "" ? "Nothing hidden was in it." : `Taken out of it: ${removed}.`;
  const parts = [
    `Asked for by ${cleanLine(asked.by.login, 60)} (${asked.how}, ${asked.at}). Read: the issue as it stood then (\`${brief.hash.slice(0, 12)}\`). ${words}`,
    attempts.map((entry) => attemptText(entry, url)).join("\n"),
    ...rebases.toReversed().map((entry, index) => rebaseText(entry, index < SHOWN)),
  ];
  return [BEGIN, "<details><summary>Receipt</summary>", ...parts.filter(Boolean), "</details>", END].join(
    "\n\n",
  );
}

const ROOMS = {
  bubblewrap: "in bubblewrap",
  user: "as a second user of the machine",
  off: "without a sandbox",
} as const;

function attemptText({ told, run, ...entry }: AttemptEntry, url: string): string {
  const { attempt, kind, end, turns, seconds, usd } = entry;
  const where = run === null ? "" : ` ([run](${url}/actions/runs/${run}))`;
  const price = usd === null ? "no price known" : `$${usd.toFixed(2)}`;
  const lines = [
    `- **Attempt ${attempt}, ${kind}**${where}: ${end.replaceAll("_", " ")} after ${turns} turns and ${seconds} seconds, ${price}.`,
  ];
  if (told === null) return [...lines, "  It left no report."].join("\n");
  const { tokens, uncertain, agent, sandbox, verify, hosts, refused } = told;
  const who = [agent.name, agent.version, agent.model].filter((word) => word !== "");
  const ran = sandbox === null ? null : `${cleanLine(who.join(" "), 160)}, ${ROOMS[sandbox]}`;
  lines.push(
    ran === null
      ? "  Nothing of it is known to have run."
      : `  ${ran}; ${tokens.input} tokens in, ${tokens.cached} from the cache, ${tokens.output} out.${verify === null ? "" : ` \`verify\` ended with ${verify}.`}`,
  );
  if (uncertain !== undefined) lines.push(...openMoney(uncertain));
  const lists = [
    ["Reached", hosts.used],
    ["Data could leave unseen to", hosts.tunnelled],
    ["Not reached", hosts.refused],
    ["Held back", refused.map(({ path, rule }) => `${path} (${rule.replaceAll("_", " ")})`)],
  ] as const;
  for (const [what, list] of lists)
    if (list.length > 0) lines.push(`  ${what}: ${list.slice(0, 10).map(shown).join(", ")}${more(list)}.`);
  return lines.join("\n");
}

/** What the price leaves out or guesses. */
function openMoney({ unpriced, estimated }: Uncertain): string[] {
  const lines: string[] = [];
  if (unpriced.length > 0) {
    const names = `${unpriced.slice(0, 10).map(shown).join(", ")}${more(unpriced)}`;
    const cost = unpriced.length === 1 ? "what it cost" : "what they cost";
    lines.push(`  No price is known of ${names}: ${cost} is not counted.`);
  }
  if (estimated > 0) {
    const answers = estimated === 1 ? "1 answer that was" : `${estimated} answers that were`;
    lines.push(`  Estimated in part: ${answers} broken off.`);
  }
  return lines;
}

function shown(name: string): string {
  return `\`${cleanLine(name, 120).replaceAll("`", "'")}\``;
}

function more(list: readonly string[]): string {
  return list.length > 10 ? ` and ${list.length - 10} more` : "";
}

function rebaseText(entry: RebaseEntry, isWhole: boolean): string {
  const { attempt, before, after, onto, by, same, commits, dropped, conflicts, range_diff: diff } = entry;
  const how = { nothing: "nothing had to be done", git: "git alone, no model, $0" } as const;
  const way =
    by === "agent"
      ? "an agent settled what git could not"
      : by === "regeneration"
        ? "generated files were written anew by their own tools"
        : how[by];
  const patch = same ? "The patch is unchanged, so the verdict stands." : "The patch has changed.";
  const lines = [
    `**Rebase, attempt ${attempt}**: \`${before.slice(0, 12)}\` became \`${after.slice(0, 12)}\` on \`${onto.slice(0, 12)}\` (${way}). ${commits.before} commits before, ${commits.after} after. ${patch} The old head is kept.`,
  ];
  const why = {
    landed: "is on the base already",
    squashed: "was squashed into the base",
    empty: "has nothing left",
  };
  for (const one of dropped.slice(0, 20))
    lines.push(
      `- left out: \`${one.oid.slice(0, 12)}\` ${stopped(`${cleanLine(one.subject, 100)} ${why[one.why]}`)}`,
    );
  for (const one of conflicts.slice(0, 20)) {
    const path = cleanLine(one.path, 160).replaceAll("`", "'");
    lines.push(`- conflict: \`${path}\` (${one.kind.replaceAll("_", "/")}), settled by ${one.by}.`);
  }
  if (isWhole && diff !== "") lines.push("", fenced(diff, MAX_DIFF));
  return lines.join("\n");
}
