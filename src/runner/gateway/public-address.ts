/** Which addresses of the network the gateway connects to: a name is resolved once, and the connection goes to the address that was judged. */
import { lookup, type LookupAddress } from "node:dns";
import { BlockList, isIP, isIPv4 } from "node:net";
import { promisify } from "node:util";

/** `private`: networks of an organisation. `barred`: what nothing is reached at, such as the metadata service of a cloud's machine. */
export type AddressKind = "public" | "private" | "loopback" | "barred";

export type Resolved = { kind: "addresses"; addresses: LookupAddress[] } | { kind: "refused"; why: string };

const LOOPBACK = blockList(["127.0.0.0/8"]);
const PRIVATE = blockList(["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"]);
/** The registry of special-purpose addresses (RFC 6890) beyond those two, and multicast. */
const BARRED = blockList([
  "0.0.0.0/8",
  "100.64.0.0/10",
  "169.254.0.0/16",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.88.99.0/24",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/3",
  // Azure's machines are told their settings and secrets at this public-looking address.
  "168.63.129.16/32",
]);
/** Special purposes (Teredo among them), documentation, 6to4, and where two clouds tell their machines settings and secrets. */
const BARRED_V6 = blockList([
  "2001::/23",
  "2001:db8::/32",
  "2002::/16",
  "3fff::/20",
  "fd00:ec2::254/128",
  "fd20:ce::254/128",
]);
/** The only part of IPv6 that is public. */
const PUBLIC_V6 = blockList(["2000::/3"]);
const PRIVATE_V6 = blockList(["fc00::/7"]);

/** Each address of the host is judged; one that may not be reached refuses all of them, for it shows that the name cannot be trusted. */
export async function resolveHost(host: string, allowed: readonly AddressKind[]): Promise<Resolved> {
  const literal = literalOf(host);
  const addresses = literal === null ? await namesOf(host) : [literal];
  if (addresses.length === 0) return { kind: "refused", why: "its name is not known" };
  const wrong = addresses.find(({ address }) => !allowed.includes(addressKind(address)));
  if (wrong === undefined) return { kind: "addresses", addresses };
  return { kind: "refused", why: `it lies at ${wrong.address}, which is no ${allowed.join(" or ")} address` };
}

/** The address that stands in a host's place; null: it is a name. */
export function literalOf(host: string): LookupAddress | null {
  const address = host.replace(/^\[|\]$/g, "");
  return isIP(address) === 0 ? null : { address, family: isIP(address) };
}

export function addressKind(address: string): AddressKind {
  const plain = address.replace(/%.*$/, "");
  if (isIPv4(plain)) return kindOfV4(plain);
  if (isIP(plain) === 0) return "barred";
  const embedded = embeddedV4(plain);
  if (embedded !== null) return kindOfV4(embedded);
  if (wordsOf(plain).join(":") === "0:0:0:0:0:0:0:1") return "loopback";
  if (BARRED_V6.check(plain, "ipv6")) return "barred";
  if (PRIVATE_V6.check(plain, "ipv6")) return "private";
  return PUBLIC_V6.check(plain, "ipv6") ? "public" : "barred";
}

async function namesOf(host: string): Promise<LookupAddress[]> {
  try {
    return await promisify(lookup)(host, { all: true });
  } catch (error) {
    if (error instanceof Error && "code" in error) return [];
    throw new Error(`the name ${host} cannot be looked up`, { cause: error });
  }
}

function kindOfV4(address: string): AddressKind {
  if (LOOPBACK.check(address)) return "loopback";
  if (PRIVATE.check(address)) return "private";
  return BARRED.check(address) ? "barred" : "public";
}

/** The IPv4 address that an IPv6 one stands for: mapped (`::ffff:0:0/96`) or translated (`64:ff9b::/96`, RFC 6052). */
function embeddedV4(address: string): string | null {
  const words = wordsOf(address);
  const [high = 0, low = 0] = words.slice(6);
  const prefix = words.slice(0, 6).join(":");
  if (prefix !== "0:0:0:0:0:65535" && prefix !== "100:65435:0:0:0:0") return null;
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}

/** The eight numbers of an IPv6 address. */
function wordsOf(address: string): number[] {
  const v4 = /(?<a>\d+)\.(?<b>\d+)\.(?<c>\d+)\.(?<d>\d+)$/.exec(address)?.groups;
  const text =
    v4 === undefined
      ? address
      : address.replace(/[\d.]+$/, "") +
        [(Number(v4["a"]) << 8) | Number(v4["b"]), (Number(v4["c"]) << 8) | Number(v4["d"])]
          .map((word) => word.toString(16))
          .join(":");
  const [before = "", after] = text.split("::");
  const left = before === "" ? [] : before.split(":");
  const right = after === undefined || after === "" ? [] : after.split(":");
  const zeros = after === undefined ? 0 : 8 - left.length - right.length;
  return [...left, ...Array.from({ length: zeros }, () => "0"), ...right].map((word) =>
    Number.parseInt(word, 16),
  );
}

function blockList(subnets: readonly string[]): BlockList {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [address = "", bits = ""] = subnet.split("/");
    list.addSubnet(address, Number(bits), isIPv4(address) ? "ipv4" : "ipv6");
  }
  return list;
}
