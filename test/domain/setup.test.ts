/** Faults of the set-up: said once with a link, cleared when they are mended, and tried again every hour where only a try can tell. */
import { describe, expect, it } from "vitest";
import { decide } from "../../src/domain/decide.ts";
import type { RecordBody } from "../../src/domain/record.ts";
import { sentenceFor } from "../../src/domain/sentences.ts";
import type { ConfigReading, Snapshot } from "../../src/domain/snapshot.ts";
import {
  ANNA,
  attempt,
  comment,
  GUEST,
  HEAD,
  inFlight,
  NOW,
  ready,
  report,
  RETURNED,
  returned,
  run,
  sha,
  snapshot,
  task,
} from "./snapshots.ts";
import { after, recordOf, says, where } from "./speech.ts";

const URL = "https://github.test/acme/app";
const HOUR = "2026-03-01T13:00:00Z";
const ALMOST = "2026-03-01T12:59:59Z";

function workflow(state: "missing" | "disabled"): Partial<Snapshot> {
  return { repository: { ...snapshot().repository, workflow: state } };
}

const LACKING = {
  installation: {
    missing: ["checks: write", "actions: write"],
    url: "https://github.test/settings/installations/5",
  },
};
const BROKEN: ConfigReading = {
  kind: "broken",
  blob: sha("2"),
  problems: [
    { line: 3, column: 5, path: "agents.default.timout", message: "is no key; did you mean timeout?" },
    { line: 9, column: 1, path: "", message: "is no mapping" },
  ],
};

/** The dispatch of the first attempt was refused. */
const REFUSED = inFlight({
  run: null,
  evidence: [{ kind: "dispatch_refused", attempt: 1, status: 422, message: "Actions is disabled" }],
});
/** The pull request of the landed work was refused. */
const NO_PULL = ready(
  { phase: "open", reason: "implemented", pull: null },
  {
    pull: null,
    evidence: [{ kind: "pull_refused", status: 403, message: "Actions may not open pull requests" }],
  },
);
const FAULT = returned({
  end: "provider_refused",
  work: null,
  fault: "The secret ANTHROPIC_API_KEY is missing.",
});
const NEWER = returned({});
const UNKNOWN: Snapshot = {
  ...NEWER,
  baton:
    NEWER.baton.kind === "report"
      ? { ...NEWER.baton, report: { kind: "unknown_version", version: "2" } }
      : NEWER.baton,
};

const FAULTS: [string, Snapshot, { what: string; next: string }][] = [
  [
    "no workflow file",
    task({}, workflow("missing")),
    {
      what: "The workflow file `.github/workflows/gza.yml` is not on the default branch.",
      next: `Put it there ([new file](${URL}/new/main?filename=.github/workflows/gza.yml); \`gza workflow\` prints it); GZA goes on by itself.`,
    },
  ],
  [
    "a workflow that is switched off",
    task({}, workflow("disabled")),
    {
      what: "The workflow `.github/workflows/gza.yml` is switched off.",
      next: `Enable it on [its page](${URL}/actions/workflows/gza.yml); GZA goes on by itself.`,
    },
  ],
  [
    "permissions that the App lacks",
    task({}, LACKING),
    {
      what: "The App lacks permissions here (checks: write, actions: write).",
      next: "Accept them on [the installation's page](https://github.test/settings/installations/5); GZA goes on by itself.",
    },
  ],
  [
    "a dispatch that GitHub refuses",
    REFUSED,
    {
      what: "GitHub did not let GZA start the workflow: Actions is disabled (422).",
      next: `See [the settings of Actions](${URL}/settings/actions). GZA tries again every hour, or at once when you comment \`/gza retry\`.`,
    },
  ],
  [
    "a pull request that GitHub refuses",
    NO_PULL,
    {
      what: "GitHub did not let GZA open a pull request: Actions may not open pull requests (403).",
      next: `See [the settings of Actions](${URL}/settings/actions). GZA tries again every hour, or at once when you comment \`/gza retry\`.`,
    },
  ],
  [
    "a secret that the run misses",
    FAULT,
    {
      what: "The secret ANTHROPIC_API_KEY is missing.",
      next: "GZA tries again every hour, or at once when you comment `/gza retry`.",
    },
  ],
  [
    "an action of another version",
    UNKNOWN,
    {
      what: "The run's report is of a version that this App does not know.",
      next: "Make the version of the action in `.github/workflows/gza.yml` fit the App. GZA tries again every hour, or at once when you comment `/gza retry`.",
    },
  ],
];

/** Everything is said, and the app remembers nothing of what its own requests were told. */
function later(from: Snapshot, now: string): Snapshot {
  const next = after(from, { baton: { kind: "none" }, run: null, evidence: [], now });
  return { ...next, record: task({ ...recordOf(next), intents: [] }).record };
}

describe("a fault", () => {
  it.each(FAULTS)("%s is said with the next step and a link", (_, from, sentence) => {
    const { move, effects } = decide(from);
    const record = move?.record;

    expect(record).toMatchObject({ phase: "parked", reason: "setup", wanted: null });
    expect(record && sentenceFor(from, record)).toEqual(sentence);
    const said = effects.find((effect) => effect.kind === "say");
    expect(said?.kind === "say" && said.body).toContain(`@anna ${sentence.what}\n\n${sentence.next}`);
  });

  it.each(FAULTS)("%s is said once, however often it is tried", (_, from) => {
    const calls = (one: RecordBody | undefined): string[] =>
      one?.intents.map(({ key }) => key).filter((key) => key.startsWith("parked:")) ?? [];
    const first = decide(from).move?.record;
    const [key = ""] = calls(first);
    const said = { id: 1200, nodeId: "IC", body: "", isMinimised: false };

    const again = decide({ ...from, now: HOUR, said: new Map([[key, said]]) });

    expect(calls(first)).toHaveLength(1);
    expect(calls(again.move?.record)).toEqual([key]);
    expect(again.effects.filter((effect) => effect.kind === "say")).toEqual([]);
  });

  it("another one is said too", () => {
    const keys = FAULTS.map(([, from]) =>
      decide(from)
        .move?.record.intents.map(({ key }) => key)
        .find((key) => key.startsWith("parked:")),
    );

    expect(new Set(keys).size).toBe(FAULTS.length);
  });

  it("is said again to a person who has said something since", () => {
    const keys = [0, 1].map((heard) =>
      decide(task({ heard }, workflow("missing")))
        .move?.record.intents.map(({ key }) => key)
        .find((key) => key.startsWith("parked:")),
    );

    expect(new Set(keys).size).toBe(2);
  });
});

describe("mended", () => {
  it.each<[string, Partial<Snapshot>]>([
    ["the workflow file", workflow("missing")],
    ["the workflow's switch", workflow("disabled")],
    ["the permissions", LACKING],
  ])("%s: the task goes on by itself", (_, facts) => {
    const parked = after(task({}, facts));
    const mended = { ...parked, repository: snapshot().repository, installation: snapshot().installation };

    expect(where(parked)).toBe("as it is");
    expect(where(mended)).toBe("queued asked");
    expect(where(after(mended))).toBe("implement first");
  });

  it("one of two faults is not enough", () => {
    const parked = after(task({}, { ...workflow("missing"), ...LACKING }));

    expect(where({ ...parked, repository: snapshot().repository })).toBe("as it is");
  });

  it("a task with a pull request goes on from its head", () => {
    const parked = after(ready({ phase: "open", reason: "improved" }, workflow("missing")));

    expect(recordOf(parked)).toMatchObject({ phase: "parked", reason: "setup", head: HEAD });
    expect(where({ ...parked, repository: snapshot().repository })).toBe("open waits_for_checks");
  });
});

describe("what only a try can tell", () => {
  it.each<[string, Snapshot, string]>([
    ["a refused dispatch", REFUSED, "implement first"],
    ["a missing secret", FAULT, "implement first"],
    ["another version", UNKNOWN, "implement first"],
  ])("%s is tried again after an hour, and no sooner", (_, from, expected) => {
    expect(decide(later(from, ALMOST))).toMatchObject({ move: null, again: HOUR });
    expect(where(later(from, HOUR))).toBe("queued asked");
    expect(where(after(later(from, HOUR)))).toBe(expected);
  });

  it("but what can be seen by now is waited for instead, and its end is seen at once", () => {
    const off = { ...later(REFUSED, ALMOST), ...workflow("disabled"), evidence: [] };

    const seen = after(off);
    const told = recordOf(seen).intents.filter(({ key }) => key.startsWith("parked:"));

    expect(recordOf(seen)).toMatchObject({ phase: "parked", reason: "setup", since: ALMOST });
    expect(decide(seen).move).toBeNull();
    expect(told.length).toBeGreaterThan(0);
    expect(where({ ...seen, repository: snapshot().repository })).toBe("queued asked");
  });

  it("a refused pull request is opened anew", () => {
    const waiting = later(NO_PULL, HOUR);
    const { move, effects } = decide(waiting);

    expect(decide(later(NO_PULL, ALMOST)).move).toBeNull();
    expect(move?.record).toMatchObject({ phase: "open", head: HEAD });
    expect(effects.map(({ kind }) => kind)).toContain("open_pull");
  });

  it.each([
    ["a refused dispatch", REFUSED],
    ["a missing secret", FAULT],
  ])("%s is tried at once on a person's word", (_, from) => {
    const told = after(says("/gza retry", later(from, ALMOST)));

    expect(where(told)).toBe("implement retry");
  });

  it("never counts as the same state again", () => {
    const evidence = decide(task({})).move?.record.attempt?.evidence ?? "";
    const made = [1, 2, 3, 4].map((n) => attempt({ n, evidence, end: "infrastructure", ended: NOW }));

    expect(where(task({ attempts: made, spent: { attempts: 4, turns: 0, usd: 0 } }))).toBe("implement first");
  });

  it("spends nothing", () => {
    const { move } = decide(REFUSED);

    expect(move?.queue).toMatchObject({ spent: 0, flight: [] });
    expect(move?.record.attempts.at(-1)).toMatchObject({ end: "infrastructure", run: null });
  });

  it("keeps what the attempt brought, which says what is wrong", () => {
    expect(decide(FAULT).move?.refs).toContainEqual({
      name: "refs/gza/unfinished/7",
      before: null,
      after: RETURNED,
    });
    const kept = {
      oid: RETURNED,
      work: null,
      session: null,
      report: { kind: "report", report: report({ fault: "The key is missing." }) },
    } as const;
    const parked = ready({ phase: "parked", reason: "setup" }, { unfinished: kept });

    expect(sentenceFor(parked, recordOf(parked)).what).toBe("The key is missing.");
  });
});

describe("a config that cannot be read", () => {
  it("is said with line, column and key", () => {
    const parked = task({ phase: "parked", reason: "config" }, { config: BROKEN });

    expect(sentenceFor(parked, recordOf(parked))).toEqual({
      what: "`.github/gza.yml` cannot be used:\n\n- line 3, column 5: `agents.default.timout` is no key; did you mean timeout?\n- line 9, column 1: is no mapping",
      next: "Mend it on the default branch; GZA goes on by itself.",
    });
  });

  it("parks what was about to begin, and is said again only when it is broken anew", () => {
    const parked = after(task({}, { config: BROKEN }));

    expect(recordOf(parked)).toMatchObject({ phase: "parked", reason: "config", config: BROKEN.blob });
    expect(where(parked)).toBe("as it is");
    expect(where({ ...parked, config: { ...BROKEN, blob: sha("3") } })).toBe("parked config");
    expect(where({ ...parked, config: snapshot().config })).toBe("queued asked");
  });

  it("does not stop an attempt in flight", () => {
    expect(where(inFlight({ config: BROKEN }))).toBe("as it is");
  });

  it("keeps the retry that was to be made", () => {
    const queued = task(
      {
        reason: "infrastructure",
        wanted: { kind: "implement", how: "retry" },
        attempts: [attempt({ end: "infrastructure", ended: NOW })],
      },
      { config: BROKEN },
    );
    const mended = after({ ...after(queued), config: snapshot().config });

    expect(where(mended)).toBe("implement retry");
  });
});

describe("a task that does not exist yet", () => {
  const faults: [string, Partial<Snapshot>, RecordBody["reason"]][] = [
    ["no workflow file", workflow("missing"), "setup"],
    ["a config that cannot be read", { config: BROKEN }, "config"],
  ];

  it.each(faults)("%s is said to whoever asks", (_, facts, reason) => {
    expect(decide(snapshot(facts)).move?.record).toMatchObject({ phase: "parked", reason, generation: 1 });
  });

  it.each(faults)("%s is no matter of somebody who may not", (_, facts) => {
    const issue = { ...snapshot().issue, labelled: [{ on: true, at: NOW, by: GUEST }] };

    expect(decide(snapshot({ ...facts, issue })).reason).toBe("not_allowed");
  });

  it.each(faults)("%s is said after /gza run too", (_, facts, reason) => {
    const issue = { ...snapshot().issue, labels: [], labelled: [] };
    const begun = after({
      ...snapshot({ ...facts, issue, comments: [comment("/gza run")] }),
      record: task({ phase: "done", reason: "answered" }).record,
    });

    expect(where(begun)).toBe(`parked ${reason}`);
    expect(recordOf(begun).asked.by).toEqual(ANNA);
  });

  it("an old command is not heard again after it", () => {
    const from = { ...snapshot(workflow("missing")), comments: [comment("/gza cancel")] };
    const said = new Map([["answer:1001:no_task", { id: 1, nodeId: "", body: "", isMinimised: false }]]);

    expect(decide({ ...from, said }).move?.record.seen.comment).toBe(1001);
  });

  it("is not made on a closed issue", () => {
    const issue = { ...snapshot().issue, state: "closed" as const };

    expect(decide(snapshot({ ...workflow("missing"), issue })).move).toBeNull();
    expect(run().genuine).toBe(true);
  });
});
