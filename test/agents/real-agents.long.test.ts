/** Every agent's real program, as it is installed from the registry, against a scripted model in its vendor's protocol. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { AgentEnd } from "../../src/runner/agents/agent-end.ts";
import { layOut } from "../../src/runner/agents/lay-out.ts";
import { installed } from "./installed.ts";
import type { Answer } from "./model-server/answer.ts";
import { startModelServer } from "./model-server/model-server.ts";
import { VOICES } from "./voices.ts";
import { createWorkbench, play } from "./workbench.ts";

const FOLDERS = Object.fromEntries(
  await Promise.all(Object.keys(VOICES).map(async (name) => [name, await installed(name)] as const)),
);

interface Trouble {
  answer: Answer;
  end: AgentEnd;
  why: RegExp;
}

/** The longest that an agent may try before it says that its provider does not answer, in seconds. */
const PATIENCE = 120;

const TROUBLES: Trouble[] = [
  { answer: { status: 401, word: "authentication_error" }, end: "provider_refused", why: /answered 401/ },
  { answer: { status: 403, word: "permission_error" }, end: "provider_refused", why: /answered 403/ },
  { answer: { status: 429, word: "rate_limit_error" }, end: "quota", why: /refuses more use/ },
  {
    answer: { status: 500 },
    end: "provider_unavailable",
    why: /provider (?:answered 500|could not be asked)/,
  },
  { answer: { status: 529, word: "overloaded_error" }, end: "provider_unavailable", why: /answered 529/ },
  { answer: { reset: true }, end: "provider_unavailable", why: /could not be asked/ },
  { answer: { broken: true }, end: "provider_unavailable", why: /could not be asked/ },
];

describe.each(Object.entries(VOICES))("%s", (name, voice) => {
  const folder = FOLDERS[name] ?? "";
  const isHere = folder !== "";

  it.runIf(isHere)("does what its model says and counts what the provider counted", async () => {
    using bench = createWorkbench();
    const usage = { input: 1000, cached: 200, output: 30 };
    const answers = [
      ...voice.edit("README.md", "# Demo", "# Show").map((answer) => ({ ...answer, usage })),
      { text: "I look.", calls: [voice.run("cat README.md > seen.txt; pwd")], usage },
      { text: "All is done.", usage },
    ];

    const { outcome, asked, others } = await play(bench, { voice, folder, answers });

    expect(outcome).toMatchObject({ end: "completed", why: "The agent finished." });
    expect(outcome.state.result).toMatchObject({ subtype: "success", text: "All is done." });
    expect(bench.read("seen.txt")).toBe("# Show\n");
    expect(asked).toHaveLength(answers.length);
    expect(others).toEqual([]);
    expect(outcome.state.tools).toMatchObject({ Bash: 1 });
    expect(outcome.state.session).not.toBeNull();
    const times = answers.length;
    expect(outcome.state.tokens).toEqual({ input: 1000 * times, cached: 200 * times, output: 30 * times });
    expect(outcome.state.broken).toBe(0);
  });

  it.runIf(isHere && voice.agent.sessions !== null)("goes on with its session in another home", async () => {
    using bench = createWorkbench();
    using later = createWorkbench();
    const first = await play(bench, {
      voice,
      folder,
      prompt: "Begin with the violet door.",
      answers: [{ text: "I look first.", calls: [voice.run("echo looked")] }, { text: "So far." }],
    });
    const id = String(first.outcome.state.session);
    const file = await voice.agent.sessions?.find({ home: bench.home, clone: bench.clone, id });
    const text = await readFile(String(file), "utf8");
    const place = String(voice.agent.sessions?.place({ home: "", clone: bench.clone, id }));
    await layOut(later.home, { [place]: text });

    const second = await play(
      { ...bench, home: later.home },
      {
        voice,
        folder,
        prompt: "Go on.",
        resume: id,
        answers: [{ text: "It is over." }],
      },
    );

    expect(voice.agent.sessions?.idIn(text)).toBe(id);
    expect(second.outcome).toMatchObject({
      end: "completed",
      state: { session: id, lastWords: "It is over." },
    });
    const told = JSON.stringify(second.asked[0]?.body);
    expect(told).toContain("Begin with the violet door.");
    expect(told).toContain("I look first.");
    expect(told).toContain("Go on.");
  });

  it.runIf(isHere).concurrent.each(TROUBLES)(
    "ends as $end when its model's provider says $answer",
    async ({ answer, end, why }) => {
      using bench = createWorkbench();

      const { outcome } = await play(bench, { voice, folder, answers: [answer] });

      expect(outcome.why).toMatch(why);
      expect(outcome.end).toBe(end);
      expect(outcome.seconds).toBeLessThan(PATIENCE);
      expect(outcome.state.turns).toBe(0);
    },
  );

  it.runIf(isHere)("goes on when its provider has failed for a moment", async () => {
    using bench = createWorkbench();
    const broken: Answer[] = "isBrokenForGood" in voice ? [{ reset: true }] : [{ broken: true }];
    const answers = [{ status: 500 }, ...broken, { text: "All is done." }];

    const { outcome } = await play(bench, { voice, folder, answers });

    expect(outcome).toMatchObject({ end: "completed", state: { lastWords: "All is done." } });
  });

  it.runIf(isHere)("is stopped when it goes in circles", async () => {
    using bench = createWorkbench();

    const { outcome, asked } = await play(bench, { voice, folder, answers: [{ calls: [voice.run("ls")] }] });

    expect(outcome.end).toBe("agent_loop");
    expect(outcome.why).toContain('5 times with the same result and changed nothing in between: "Bash ls"');
    expect(asked.length).toBeLessThan(20);
  });

  it.runIf(isHere)("is stopped when its model falls silent", async () => {
    using bench = createWorkbench();

    const { outcome } = await play(bench, {
      voice,
      folder,
      answers: [{ calls: [voice.run("ls")] }, { stall: true }],
      limits: { silence: 15 },
    });

    expect(outcome).toMatchObject({ end: "silence" });
  });

  it.runIf(isHere)("heeds nothing that the branch brings along to configure it", async () => {
    await using theirs = await startModelServer(voice.dialect, [{ text: "Theirs." }]);
    using place = createWorkbench();
    const mark = join(place.root, "mark");
    using bench = createWorkbench(voice.hostile(mark, theirs.url));

    const { outcome, asked } = await play(bench, {
      voice,
      folder,
      answers: [{ calls: [voice.run("ls")] }, { text: "All is done." }],
    });

    expect(outcome).toMatchObject({ end: "completed", state: { lastWords: "All is done." } });
    expect(asked.map(({ path, body }) => `${path} ${JSON.stringify(body)}`)).toEqual([
      expect.stringContaining(String(voice.model)),
      expect.stringContaining(String(voice.model)),
    ]);
    expect(existsSync(mark)).toBe(false);
    expect([...theirs.asked, ...theirs.others]).toEqual([]);
  });
});
