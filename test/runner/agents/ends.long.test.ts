/** Every end that an agent can have, by the scripted agent that really has it, as a real process. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import type { AgentEnd } from "../../../src/runner/agents/agent-end.ts";
import { createTaskServer } from "../task-server.ts";
import { homeOf, play, processesWith, SCRIPTED, type Played } from "./played.ts";

interface Row {
  name: string;
  script: unknown[];
  end: AgentEnd;
  why: string | RegExp;
  turns: number;
  /** For an agent that may have begun some more before it was stopped. */
  mostTurns?: number;
  how?: Played;
}

const LOOK = { run: "ls" };
const RESET = /^The model's provider refuses more use \(429\) until 20\d\d-[\d-]+T[\d:.]+Z\.$/;

function noMaxTurns(turns: number): Played {
  return {
    limits: { turns },
    command: (command) => ({
      ...command,
      args: command.args.map((arg) => (arg.startsWith("--max-turns=") ? "--max-turns=100" : arg)),
    }),
  };
}

function again(times: number, steps: unknown[]): unknown[] {
  return Array.from({ length: times }, () => steps).flat();
}

const ROWS: Row[] = [
  { name: "finishes", script: [{ say: "Done." }], end: "completed", why: "The agent finished.", turns: 1 },
  {
    name: "gives up",
    script: [LOOK, { end: "error" }],
    end: "agent_gave_up",
    why: "The agent ended with an error (error_during_execution).",
    turns: 1,
  },
  {
    name: "fails at its own edit",
    script: [{ edit: { path: "README.md", find: "nowhere", replace: "x" } }],
    end: "agent_gave_up",
    why: /error_during_execution/,
    turns: 1,
  },
  {
    name: "says nothing",
    script: [{ end: "empty" }],
    end: "empty_run",
    why: "The agent ended without a result.",
    turns: 0,
  },
  {
    name: "crashes",
    script: [LOOK, { end: "crash" }],
    end: "infrastructure",
    why: "The agent broke off (exit 1).",
    turns: 1,
  },
  {
    name: "is killed",
    script: [LOOK, { kill: true }],
    end: "infrastructure",
    why: "The agent broke off (SIGKILL).",
    turns: 1,
  },
  {
    name: "cannot be started",
    script: [],
    how: { command: (command) => ({ ...command, file: "no-such-agent" }) },
    end: "infrastructure",
    why: /^The agent cannot be started: .*no-such-agent/,
    turns: 0,
  },
  {
    name: "stops itself at its last turn",
    script: [1, 2, 3, 4].map((n) => ({ run: `echo ${n}` })),
    how: {
      command: (command) => ({
        ...command,
        args: command.args.map((arg) => (arg.startsWith("--max-turns=") ? "--max-turns=2" : arg)),
      }),
    },
    end: "max_turns",
    why: "It had used all its turns.",
    turns: 2,
  },
  {
    name: "would go on after its last turn",
    script: [1, 2, 3, 4, 5].map((n) => ({ run: `echo ${n}; sleep 0.3` })),
    how: noMaxTurns(2),
    end: "max_turns",
    why: "It had used all its 2 turns.",
    turns: 2,
  },
  {
    name: "finishes with its last turn",
    script: [LOOK, { say: "Done." }],
    how: noMaxTurns(2),
    end: "completed",
    why: "The agent finished.",
    turns: 2,
  },
  {
    name: "takes too long",
    script: [LOOK, { end: "hang" }],
    how: { limits: { seconds: 20 } },
    end: "timeout",
    why: "Its time was up after 20 seconds.",
    turns: 1,
  },
  {
    name: "falls silent",
    script: [LOOK, { wait: 1000 }],
    how: { limits: { silence: 15 } },
    end: "silence",
    why: "It gave no sign of life for 15 seconds.",
    turns: 1,
  },
  {
    name: "makes one call again and again",
    script: again(9, [LOOK]),
    end: "agent_loop",
    turns: 5,
    mostTurns: 20,
    why: 'The agent made the same call 5 times with the same result and changed nothing in between: "Bash ls".',
  },
  {
    name: "meets one error again and again",
    script: [1, 2, 3, 4, 5, 6, 7].map((n) => ({ run: `echo "try ${n}: denied"; exit ${n}` })),
    end: "agent_loop",
    turns: 5,
    mostTurns: 20,
    why: /^The agent met the same error 5 times in a row: "try 5: denied"\.$/,
  },
  {
    name: "goes to and fro",
    script: again(9, [
      { edit: { path: "README.md", find: "Demo", replace: "Show" } },
      { edit: { path: "README.md", find: "Show", replace: "Demo" } },
    ]),
    end: "agent_loop",
    turns: 10,
    mostTurns: 20,
    why: 'The agent made the same edit of "README.md" and took it back 5 times.',
  },
  {
    name: "tests without a change",
    script: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((n) => ({ run: `./check || echo ${n}` })),
    how: { verify: "./check" },
    end: "agent_loop",
    turns: 8,
    mostTurns: 20,
    why: 'The agent ran the same test 8 times and changed nothing in between: "./check".',
  },
  {
    name: "has no valid key",
    script: [{ provider: { status: 401 } }],
    end: "provider_refused",
    why: "The model's provider answered 401 (authentication_failed).",
    turns: 0,
  },
  {
    name: "is refused an answer",
    script: [LOOK, { refusal: true }],
    end: "provider_refused",
    why: "The model refused to answer (stop reason refusal).",
    turns: 1,
  },
  {
    name: "asks too much of its provider",
    script: [LOOK, { provider: { status: 429 } }],
    end: "quota",
    why: "The model's provider refuses more use (429) and did not say until when.",
    turns: 1,
  },
  {
    name: "reaches its plan's limit",
    script: [{ provider: { status: 429, reset_in: 3600 } }],
    end: "quota",
    why: RESET,
    turns: 0,
  },
  {
    name: "finds its provider overloaded",
    script: [LOOK, { provider: { status: 529 } }],
    end: "provider_unavailable",
    why: "The model's provider answered 529 (server_error).",
    turns: 1,
  },
  {
    name: "cannot reach its provider",
    script: [{ provider: { status: null } }],
    end: "provider_unavailable",
    why: "The model's provider could not be asked (server_error).",
    turns: 0,
  },
];

it.each(ROWS)("an agent that $name", async ({ script, end, why, turns, mostTurns, how }) => {
  using server = createTaskServer(script);

  const outcome = await play(server, how);

  expect(outcome.end).toBe(end);
  expect(outcome.why).toMatch(why);
  expect(outcome.state.turns).toBeGreaterThanOrEqual(turns);
  expect(outcome.state.turns).toBeLessThanOrEqual(mostTurns ?? turns);
  expect(outcome.resetAt !== null).toBe(why === RESET);
  expect(processesWith(server.base)).toEqual([]);
});

it("an agent whose workflow run is cancelled", async () => {
  const cancelled = new AbortController();
  using server = createTaskServer([{ run: "sleep 1000" }]);

  const outcome = await play(server, {
    signal: cancelled.signal,
    onLine: (line) => {
      if (line.includes("sleep 1000")) cancelled.abort();
    },
  });

  expect(outcome).toMatchObject({ end: "run_cancelled", why: "The workflow run was cancelled." });
});

it("an agent that the gateway cuts off", async () => {
  const cut = new AbortController();
  using server = createTaskServer([{ run: "sleep 1000" }]);

  const outcome = await play(server, {
    cutOff: {
      signal: cut.signal,
      stopped: () => (cut.signal.aborted ? { reason: "budget", why: "Its money is spent." } : null),
    },
    onLine: (line) => {
      if (line.includes("sleep 1000")) cut.abort();
    },
  });

  expect(outcome).toMatchObject({ end: "budget", why: "Its money is spent." });
});

it("has a row for every end", () => {
  const ends: Record<AgentEnd, true> = {
    completed: true,
    agent_gave_up: true,
    empty_run: true,
    infrastructure: true,
    max_turns: true,
    timeout: true,
    silence: true,
    agent_loop: true,
    provider_unavailable: true,
    provider_refused: true,
    quota: true,
    // Have tests of their own above.
    run_cancelled: true,
    budget: true,
  };
  const played = new Set([...ROWS.map(({ end }) => end), "run_cancelled", "budget"]);

  expect([...played].toSorted()).toEqual(Object.keys(ends).toSorted());
});

it("ends what a looping agent has left running, in sessions of its own too", async () => {
  const mark = `41.${process.pid}`;
  const daemon = {
    run: `setsid sleep ${mark} >/dev/null 2>&1 & (setsid nohup sleep ${mark} >/dev/null 2>&1 &); node -e ""`,
  };
  using server = createTaskServer([daemon, ...again(20, [LOOK])]);
  let alive: string[] = [];

  const outcome = await play(server, {
    onLine: (line) => {
      if (line.includes("tool_result") && alive.length === 0) alive = processesWith(`sleep ${mark}`);
    },
  });

  expect(outcome.end).toBe("agent_loop");
  expect(alive.length).toBeGreaterThanOrEqual(2);
  expect(processesWith(`sleep ${mark}`)).toEqual([]);
});

it("goes on with its session", async () => {
  using server = createTaskServer([{ say: "I look first." }, LOOK]);
  const first = await play(server, { prompt: "Begin." });
  const id = String(first.state.session);
  const file = SCRIPTED.sessions?.place({ home: homeOf(server), clone: server.inputs.clone, id }) ?? "";
  const kept = readFileSync(file, "utf8");

  const second = await play(server, { prompt: "Go on.", resume: id });
  const after = readFileSync(file, "utf8");

  expect(SCRIPTED.sessions?.idIn(kept)).toBe(id);
  expect(second).toMatchObject({ end: "completed", state: { session: id } });
  expect(after.startsWith(kept)).toBe(true);
  expect(kept).toContain("Begin.");
  expect(kept).toContain("I look first.");
  expect(after.slice(kept.length)).toContain("Go on.");
});

it("says plainly that a session is not there", async () => {
  using server = createTaskServer([{ say: "Hi." }]);
  const id = "11111111-2222-4333-8444-555555555555";

  const outcome = await play(server, { resume: id });

  expect(outcome).toMatchObject({ end: "agent_gave_up", state: { turns: 0 } });
  expect(outcome.state.result?.text).toBe(`No session ${id} is kept here; start without --resume.`);
});
