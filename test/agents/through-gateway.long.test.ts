/** The real agents with the gateway between them and their model: it counts, it ends them, and nothing else is tried to be reached. */
import { describe, expect, it } from "vitest";
import { installed } from "./installed.ts";
import { priceOf } from "./prices.ts";
import { VOICES } from "./voices.ts";
import { createWorkbench, playAt, type Ran, type Run, type Workbench } from "./workbench.ts";
import { KEY, NO_LIMITS, openWorld, type At, type World } from "./world.ts";

const FOLDERS = Object.fromEntries(
  await Promise.all(Object.keys(VOICES).map(async (name) => [name, await installed(name)] as const)),
);

describe.each(Object.entries(VOICES))("%s through the gateway", (name, voice) => {
  const folder = FOLDERS[name] ?? "";
  const isHere = folder !== "";

  it.runIf(isHere).each([1, 2, 3])("takes %i turns where so many are allowed", async (turns) => {
    using bench = createWorkbench();
    await using world = await openWorld(voice, {
      answers: [{ calls: [voice.run("echo once >> turns.txt")] }],
      limits: { usd: 0, answers: voice.agent.turns === "gateway" ? turns : null },
    });

    const { outcome } = await ask(bench, world, { voice, folder, limits: { turns } });

    expect(outcome).toMatchObject({ end: "max_turns" });
    expect(world.model.asked).toHaveLength(turns);
    expect(bench.read("turns.txt")).toBe("once\n".repeat(turns));
  });

  it.runIf(isHere)("finishes with the last turn that it may take", async () => {
    using bench = createWorkbench();
    await using world = await openWorld(voice, {
      answers: [{ calls: [voice.run("ls")] }, { text: "All is done." }],
      limits: { usd: 0, answers: voice.agent.turns === "gateway" ? 2 : null },
    });

    const { outcome } = await ask(bench, world, { voice, folder, limits: { turns: 2 } });

    expect(outcome).toMatchObject({ end: "completed", state: { lastWords: "All is done." } });
  });

  it.runIf(isHere)("is counted to the cent, knows no key and asks nobody else", async () => {
    using bench = createWorkbench();
    const usage = { input: 60_000, cached: 20_000, output: 5000 };
    const answers = [
      { calls: [voice.run("env > env.txt")], usage },
      { text: "All is done.", usage },
    ];
    await using world = await openWorld(voice, { answers, limits: NO_LIMITS });

    const { outcome } = await ask(bench, world, { voice, folder });

    const { usage: counted, hosts, unpriced, models } = world.gateway.facts();
    const each = priceOf(voice.model, usage);
    expect(outcome.end).toBe("completed");
    expect(counted).toMatchObject({ requests: 2, input: 120_000, cached: 40_000, output: 10_000 });
    expect(counted.usd).toBeCloseTo(2 * each, 4);
    expect(outcome.state.usd ?? counted.usd).toBeCloseTo(2 * each, 4);
    expect({ unpriced, models }).toEqual({ unpriced: [], models: [voice.model] });
    expect(hosts.refused).toEqual([]);
    expect(hosts.used).toHaveLength(1);
    expect(bench.read("env.txt")).not.toContain(KEY);
    expect(JSON.stringify(world.model.asked[0]?.headers)).toContain(KEY);
  });

  it.runIf(isHere)("is ended when its money is spent", async () => {
    using bench = createWorkbench();
    const usage = { input: 100_000, cached: 0, output: 10_000 };
    await using world = await openWorld(voice, {
      answers: [{ calls: [voice.run("echo once >> turns.txt")], usage }],
      limits: { usd: 1, answers: null },
    });

    const loops = { same_call: 0, same_error: 0, same_test: 0 };

    const { outcome } = await ask(bench, world, { voice, folder, limits: { turns: 50, loops } });

    const each = priceOf(voice.model, usage);
    expect(outcome).toMatchObject({ end: "budget" });
    // No call is let through that could pass the limit by more than its own answer.
    expect(world.gateway.facts().usage.usd).toBeLessThan(1 + each);
    expect(world.model.asked.length).toBeLessThanOrEqual(Math.ceil(1 / each));
  });
});

describe.runIf(FOLDERS["claude"] !== "")("claude", () => {
  it.each<[At, string, number]>([
    [{ venue: "bedrock", behind: "/anthropic" }, "/anthropic/v1/messages", 1.1],
    [
      { venue: "vertex", behind: "/v1/projects/p/locations/global" },
      "/v1/projects/p/locations/global/publishers/anthropic/models/claude-opus-4-8:streamRawPredict",
      1,
    ],
  ])("works and is counted with its models at $venue", async (at, path, dearer) => {
    using bench = createWorkbench();
    const usage = { input: 60_000, cached: 0, output: 5000 };
    const voice = { ...VOICES.claude, model: "claude-opus-4-8" };
    const answers = [
      { calls: [voice.run("echo once >> turns.txt")], usage },
      { text: "All is done.", usage },
    ];
    await using world = await openWorld(voice, { answers, limits: NO_LIMITS, at });

    const { outcome } = await ask(bench, world, {
      voice,
      venue: at.venue,
      folder: FOLDERS["claude"] ?? "",
    });

    expect(outcome).toMatchObject({ end: "completed", state: { lastWords: "All is done." } });
    expect(bench.read("turns.txt")).toBe("once\n");
    expect(world.model.asked.map((one) => [one.path, one.headers.authorization])).toEqual(
      Array.from({ length: 2 }, () => [path, `Bearer ${KEY}`]),
    );
    const { usage: counted, unpriced, hosts } = world.gateway.facts();
    // Nothing goes out that a cloud is known to refuse.
    const betas = world.model.asked.map((one) => String(one.headers["anthropic-beta"] ?? "")).join();
    expect(betas).not.toMatch(/token-count|display-updates|context-management/);
    expect(world.model.asked.every(({ body }) => !("context_management" in Object(body)))).toBe(true);
    // As the clouds have published it: in a region a tenth more than what the vendor asks for.
    expect(counted.usd).toBeCloseTo((dearer * 2 * (60_000 * 5 + 5000 * 25)) / 1e6, 6);
    expect({ unpriced, refused: hosts.refused }).toEqual({ unpriced: [], refused: [] });
  });
});

/** The agent has the gateway for a proxy too, so that whatever else it looks for is written down there. */
function ask(
  bench: Workbench,
  { gateway, url }: World,
  how: Omit<Run, "answers" | "url">,
): Promise<Pick<Ran, "outcome" | "lines">> {
  const proxy = { HTTP_PROXY: url, HTTPS_PROXY: url, http_proxy: url, https_proxy: url };
  return playAt(bench, {
    ...how,
    url: `${url}/${how.voice.protocol}`,
    cutOff: { signal: gateway.stopping(), stopped: () => gateway.facts().stopped },
    command: (command) => ({
      ...command,
      env: { ...command.env, ...proxy, NO_PROXY: "127.0.0.1,localhost" },
    }),
  });
}
