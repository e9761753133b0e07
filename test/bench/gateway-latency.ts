/** Measures what the gateway adds to a streamed model call: medians of calls straight to a provider on loopback and of calls through it. */
import { mkdtemp, rm } from "node:fs/promises";
import { Agent, request, type RequestOptions } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { openGateway } from "../../src/runner/gateway/open-gateway.ts";
import { messages, openUpstreamServer, stream } from "../runner/gateway/scripted-upstream.ts";

/** Milliseconds until a provider begins to answer, and how many calls are made each way: one that is there at once, and one that thinks. */
const PROVIDERS = [
  { thinks: 0, calls: 300 },
  { thinks: 500, calls: 30 },
];
const WARM_UP = 50;
/** As much as an agent's conversation has in the middle of its work. */
const TALK = "The quick brown fox jumps over the lazy dog. ".repeat(4000);

const usage = { input_tokens: 40_000, output_tokens: 1 };
const answer = stream(...messages({ usage, last: { output_tokens: 200 }, text: "Hello ".repeat(200) }));
let thinks = 0;
const upstream = await openUpstreamServer(async (response, received) => {
  if (thinks > 0) await setTimeout(thinks);
  await answer(response, received);
});
const folder = await mkdtemp(join(tmpdir(), "gza-latency-"));
const gateway = await openGateway({
  socket: join(folder, "gateway.sock"),
  models: [
    {
      protocol: "anthropic",
      base: upstream.base,
      venue: "vendor",
      credential: { kind: "key", value: "key" },
    },
  ],
  registries: [],
  tunnel: [],
  limits: { usd: 1000, answers: null },
  isOpen: false,
  onFault: (fault) => console.error(fault),
});
const body = JSON.stringify({
  model: "claude-sonnet-4-5",
  max_tokens: 8000,
  stream: true,
  messages: [{ role: "user", content: TALK }],
});
const agent = new Agent({ keepAlive: true });
try {
  await measure(WARM_UP);
  for (const provider of PROVIDERS) {
    ({ thinks } = provider);
    const { direct, through } = await measure(provider.calls);
    for (const part of ["first", "whole"] as const) {
      const plain = median(direct.map((times) => times[part]));
      const gated = median(through.map((times) => times[part]));
      const name = part === "first" ? "first byte" : "whole answer";
      console.log(
        `${name} of a provider that thinks ${thinks} ms: ${plain.toFixed(2)} ms direct, ${gated.toFixed(2)} ms through the gateway: ` +
          `${(gated - plain).toFixed(2)} ms more, ratio ${(gated / plain).toFixed(3)} (${provider.calls} calls, body of ${body.length} bytes)`,
      );
    }
  }
  console.log(`counted: ${JSON.stringify(gateway.facts().usage)}`);
} finally {
  agent.destroy();
  await gateway.close();
  await upstream.stop();
  await rm(folder, { recursive: true, force: true });
}

/** Milliseconds to the first byte of the answer and to its end. */
interface Times {
  first: number;
  whole: number;
}

/** In turns, so that both see the same weather. */
async function measure(calls: number): Promise<{ direct: Times[]; through: Times[] }> {
  const { port } = new URL(upstream.base);
  const direct: Times[] = [];
  const through: Times[] = [];
  for (let call = 0; call < calls; call += 1) {
    direct.push(await time({ host: "127.0.0.1", port, path: "/v1/messages" }));
    through.push(await time({ socketPath: gateway.socket, path: "/anthropic/v1/messages" }));
    upstream.received.length = 0;
  }
  return { direct, through };
}

function time(where: RequestOptions): Promise<Times> {
  const start = performance.now();
  return new Promise((resolve, reject) => {
    const asked = request(
      { ...where, agent, method: "POST", headers: { "content-type": "application/json" } },
      (response) => {
        let first = 0;
        response.on("data", () => (first ||= performance.now() - start));
        response.on("end", () => resolve({ first, whole: performance.now() - start }));
        response.on("error", reject);
      },
    );
    asked.on("error", reject);
    asked.end(body);
  });
}

function median(values: number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
