/** How an agent's program is installed: what is locked, and what is said where it cannot be. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { AGENTS } from "../../../src/runner/agents/agent.ts";
import type { AgentSpec } from "../../../src/runner/agents/agent-spec.ts";
import { installAgent, installedVersion } from "../../../src/runner/agents/install.ts";

const SHIPPED = join(import.meta.dirname, "../../../action/agents");
const Package = z.object({ dependencies: z.record(z.string(), z.string()) });
const Lock = z.object({
  packages: z.record(
    z.string(),
    z.looseObject({ version: z.string().optional(), integrity: z.string().optional() }),
  ),
});

afterEach(() => void vi.unstubAllEnvs());

describe.each(readdirSync(SHIPPED))("%s", (name) => {
  const folder = join(SHIPPED, name);
  const { packages } = Lock.parse(read(join(folder, "package-lock.json")));
  const inside = Object.entries(packages).filter(([path]) => path !== "");

  it("is one package in an exact version", async () => {
    const { dependencies } = Package.parse(read(join(folder, "package.json")));

    expect(Object.values(dependencies)).toEqual([expect.stringMatching(/^\d+\.\d+\.\d+$/)]);
    expect(Object.values(dependencies)).toEqual([await installedVersion(folder)]);
  });

  it("has a hash of everything and the host of nothing", () => {
    expect(inside.length).toBeGreaterThan(0);
    expect(inside.filter(([, { integrity }]) => !integrity?.startsWith("sha512-"))).toEqual([]);
    expect(inside.filter(([, facts]) => "resolved" in facts)).toEqual([]);
  });
});

it("is shipped for every agent that is installed, and for no other", () => {
  const specs: AgentSpec[] = Object.values(AGENTS);

  expect(readdirSync(SHIPPED).toSorted()).toEqual(
    specs
      .filter(({ packaged }) => packaged)
      .map(({ name }) => name)
      .toSorted(),
  );
});

it("says what to look at where npm cannot install it", async () => {
  const temp = mkdtempSync(join(tmpdir(), "gza-install-"));
  // Nobody listens at port 9 of loopback.
  vi.stubEnv("npm_config_registry", "http://127.0.0.1:9/");
  vi.stubEnv("npm_config_fetch_retries", "0");
  vi.stubEnv("npm_config_cache", join(temp, "cache"));

  await expect(installAgent("codex", temp)).rejects.toThrow(
    /^The agent codex cannot be installed; see that npm is installed where the workflow runs and can reach its registry\. .*ECONNREFUSED/s,
  );
  rmSync(temp, { recursive: true });
});

function read(path: string): unknown {
  return JSON.parse(readFileSync(path, "utf8"));
}
