/** The files of the runner's own that every sandbox has at a fixed place: its first program, the gateway's socket, a user and no names of hosts. */
import { mkdir, writeFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Mount } from "./layout.ts";
import { GATEWAY_PORT, type Rooms } from "./sandbox.ts";

const PLACE = "/run/gza";
const GATEWAY = `${PLACE}/gateway.sock`;
/** Source while GZA runs from its sources, a bundle in the released action; so named, Node takes either for a module anywhere. */
const ENDING = extname(import.meta.url).replace(".", ".m");

/** The command line that starts a program inside; the program's own follows. */
export const INSIDE: readonly string[] = [process.execPath, placeOf("inside"), String(GATEWAY_PORT), GATEWAY];

/** The command line of the program that tries the sandbox out; what it must look for follows. */
export const TRY_OUT: readonly string[] = [process.execPath, placeOf("try-out")];

/** As whom programs run, in numbers as they are inside. */
export interface InsideUser {
  uid: number;
  gid: number;
}

/** Writes what has to be written into `folder` and says what belongs where. */
export async function placeFiles(folder: string, rooms: Rooms, user: InsideUser): Promise<Mount[]> {
  const programs = ["inside", "try-out"].map((name) => ({
    source: fileURLToPath(new URL(`./${name}${extname(import.meta.url)}`, import.meta.url)),
    target: placeOf(name),
  }));
  await mkdir(folder, { recursive: true });
  const settings = Object.entries(settingsFor(rooms, user)).map(async ([name, text]) => {
    const source = join(folder, name);
    await writeFile(source, text);
    return { source, target: `/etc/${name}` };
  });
  return [...programs, ...(await Promise.all(settings)), { source: rooms.gateway, target: GATEWAY }];
}

function placeOf(name: string): string {
  return `${PLACE}/${name}${ENDING}`;
}

/** No name but that of the machine itself means anything: the gateway looks up the names of hosts, outside. */
function settingsFor({ home }: Rooms, { uid, gid }: InsideUser): Record<string, string> {
  return {
    passwd: `root:x:0:0:root:/nonexistent:/usr/sbin/nologin\nagent:x:${uid}:${gid}:agent:${home}:/bin/bash\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n`,
    group: `root:x:0:\nagent:x:${gid}:\nnogroup:x:65534:\n`,
    hosts: "127.0.0.1 localhost sandbox\n::1 localhost\n",
    hostname: "sandbox\n",
    "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\nservices: files\nprotocols: files\n",
    "resolv.conf": "",
  };
}
