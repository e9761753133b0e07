/** What agents can run in on this machine: found out by opening it, as an attempt would. */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openGateway } from "../../runner/gateway/open-gateway.ts";
import { openSandbox } from "../../runner/sandbox/open-sandbox.ts";

export type SandboxHere = { kind: "sandbox"; shown: string } | { kind: "none"; why: string };

const SHOWN = {
  bubblewrap: "in bubblewrap",
  user: "as a second user of this machine",
  off: "without a sandbox",
};

export async function sandboxHere(): Promise<SandboxHere> {
  const folder = await mkdtemp(join(tmpdir(), "gza-try-"));
  const [clone, home, temp] = ["clone", "home", "temp"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  for (const room of [clone, home, temp]) await mkdir(room);
  const socket = join(folder, "gateway.sock");
  const gateway = await openGateway({
    socket,
    models: [],
    registries: [],
    tunnel: [],
    limits: { usd: 0, answers: null },
    isOpen: false,
    onFault: (fault) => console.error(`The gateway had a fault of its own: ${String(fault)}`),
  });
  try {
    const rooms = { clone, home, readable: [], gateway: socket };
    const opened = await openSandbox("auto", rooms, { temp, environment: process.env });
    if (opened.kind === "refused") return { kind: "none", why: opened.why };
    const { kind } = opened.sandbox;
    await opened.sandbox.close();
    return { kind: "sandbox", shown: SHOWN[kind] };
  } finally {
    await gateway.close();
    await rm(folder, { recursive: true, force: true });
  }
}
