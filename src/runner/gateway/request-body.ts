/** Reads what a client sends into memory, of which all requests together have only so much. */
import type { IncomingMessage } from "node:http";

export type RequestBody =
  | { kind: "body"; text: string }
  | { kind: "too_large" }
  /** All memory is taken by other requests. */
  | { kind: "busy" }
  /** The client broke off. */
  | { kind: "gone" };

export interface BodyMemory {
  /** Reads a whole body; `release` gives back what it took, and may be called in any case. */
  read(request: IncomingMessage): { body: Promise<RequestBody>; release(): void };
}

/** Bytes: of one body, and of all that are being read or on their way. */
export const MOST = { one: 32 * 1024 * 1024, all: 256 * 1024 * 1024 };

export function openBodyMemory(most = MOST): BodyMemory {
  let used = 0;
  return {
    read(request) {
      let own = 0;
      const chunks: Buffer[] = [];
      const take = async (): Promise<RequestBody> => {
        if (Number(request.headers["content-length"] ?? 0) > most.one) return dropped(request, "too_large");
        try {
          // The iterator that ends with a loop would take the connection along, and the answer could not be said.
          for await (const chunk of request.iterator({ destroyOnReturn: false })) {
            if (!Buffer.isBuffer(chunk)) continue;
            if (own + chunk.byteLength > most.one) return dropped(request, "too_large");
            if (used + chunk.byteLength > most.all) return dropped(request, "busy");
            own += chunk.byteLength;
            used += chunk.byteLength;
            chunks.push(chunk);
          }
        } catch (error) {
          if (error instanceof Error && "code" in error) return { kind: "gone" };
          throw error;
        }
        return { kind: "body", text: Buffer.concat(chunks.splice(0)).toString() };
      };
      return {
        body: take(),
        release() {
          used -= own;
          own = 0;
        },
      };
    },
  };
}

/** The rest is read and forgotten, for an answer is read only after it; the server's own patience ends one without an end. */
function dropped<Kind extends "too_large" | "busy">(request: IncomingMessage, kind: Kind): { kind: Kind } {
  request.resume();
  return { kind };
}
