/** An image of this machine's own shells and a few more programs, so that a container engine can be tried without a registry. */
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { answeringEngine } from "../../../src/playground/actions/engine-container.ts";

export interface MachineImage extends Disposable {
  engine: string;
  image: string;
  /** The playground's containers that the engine knows of, running or not. */
  containers: () => string[];
}

const PROGRAMS = [
  "/bin/sh",
  "/bin/bash",
  "/bin/cat",
  "/bin/chown",
  "/bin/ls",
  "/bin/ps",
  "/bin/sleep",
  "/usr/bin/setsid",
  "/usr/bin/stat",
  "/usr/bin/wc",
];

/** Null: no engine answers here, or it can run no container; then it says so. */
export async function machineImage(): Promise<MachineImage | null> {
  // Of another system neither shells nor Node run in a container.
  const engine = process.platform === "linux" ? await answeringEngine(["docker", "podman"]) : null;
  if (engine === null) {
    console.error("no container engine answers: containers of an engine are left out");
    return null;
  }
  const image = `playground-test:${randomUUID()}`;
  const libraries = [process.execPath, ...PROGRAMS].flatMap(
    (path) => shell(`ldd ${path}`).match(/\/lib\S+/g) ?? [],
  );
  const files = [...new Set([...PROGRAMS, ...libraries])].map((path) => path.slice(1));
  shell(`tar -C / -chf - ${files.join(" ")} | ${engine} import - ${image}`);
  const made: MachineImage = {
    engine,
    image,
    containers: () =>
      shell(`${engine} ps --all --format '{{.Names}}'`)
        .split("\n")
        .filter((name) => name.startsWith("playground-")),
    [Symbol.dispose]: () => void shell(`${engine} rmi ${image}`),
  };
  try {
    shell(`${engine} run --rm --network host --entrypoint cat ${image} /dev/null`);
    return made;
  } catch (error) {
    console.error(`${engine} runs no container here, its containers are left out: ${String(error)}`);
    made[Symbol.dispose]();
    return null;
  }
}

function shell(text: string): string {
  return execFileSync("/bin/sh", ["-c", text], { encoding: "utf8", stdio: "pipe" }).trim();
}
