/** Takes webhooks in: nothing that is unsigned, badly signed or too big gets any further. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Probot } from "probot";

type Middleware = Awaited<ReturnType<Probot["getNodeMiddleware"]>>;

/** GitHub sends no larger payloads (https://docs.github.com/en/webhooks/webhook-events-and-payloads#payload-cap). */
const MAX_BYTES = 25 * 1024 * 1024;

/** Probot's own middleware with one check before it: it answers 400 to what is badly signed, and has no bound. */
export function signedOnly(probot: Probot, middleware: Middleware): Middleware {
  return async (request, response, next) => {
    if (request.method !== "POST" || pathOf(request) !== probot.webhookPath)
      return middleware(request, response, next);
    const body = await readBody(request);
    if (body === null) return refuse(response, 413, "payload too large");
    const signature = request.headers["x-hub-signature-256"];
    const isSigned = typeof signature === "string" && (await isGood(probot, body, signature));
    if (!isSigned) {
      probot.log.warn(
        `A webhook was refused: ${typeof signature === "string" ? "its signature does not fit WEBHOOK_SECRET" : "it is not signed"}. If GitHub sent it, set the webhook secret on the App's settings page anew, the same as WEBHOOK_SECRET in .env or the environment.`,
      );
      return refuse(response, 401, "signature missing or wrong");
    }
    request.body = body;
    return middleware(request, response, next);
  };
}

function pathOf({ url = "/" }: IncomingMessage): string {
  return url.split("?", 1)[0] ?? "/";
}

/** null: it is longer than any webhook. The rest of it is not kept. */
async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    const part = Buffer.from(chunk);
    bytes += part.length;
    if (bytes > MAX_BYTES) return null;
    chunks.push(part);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** An empty body has no signature that could be checked; the library throws then. */
async function isGood(probot: Probot, body: string, signature: string): Promise<boolean> {
  return body !== "" && probot.webhooks.verify(body, signature);
}

function refuse(response: ServerResponse, status: number, error: string): boolean {
  response.writeHead(status, { "content-type": "application/json", connection: "close" });
  response.end(JSON.stringify({ error }));
  return true;
}
