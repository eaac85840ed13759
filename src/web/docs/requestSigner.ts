import { SandboxClient } from "../../client/index.ts";
import { TOKEN_HEADER } from "../../documents/tokens.ts";
import { endpoint } from "../dashboard/address.ts";
import { sign } from "../sign.ts";

/** A request that Swagger UI is about to send. */
interface PendingRequest {
  readonly url: string;
  readonly method?: string;
  headers: Record<string, string>;
  /** Whether the request loads the OpenAPI document. */
  readonly loadSpec?: boolean;
}

/**
 * Signs Swagger UI's requests to the API with the sandbox's access key while the sandbox requires signatures. An
 * `Authorization` that the visitor entered stays. With a token to watch, requests bring that along, so that they only read.
 */
export function requestSigner(token: string): (request: PendingRequest) => Promise<PendingRequest> {
  const sandbox = new SandboxClient({ endpoint, controlToken: token });
  return async (request) => {
    const { url, method = "GET", headers, loadSpec = false } = request;
    const isApi = url.startsWith(`${endpoint}/`) && !url.startsWith(`${endpoint}/_sandbox`);
    if (loadSpec || !isApi) return request;
    // The settings may have changed since the page was opened. Without an answer, the API says what is missing.
    const summary = await sandbox.summary().catch(() => undefined);
    if (summary?.role === "watch") headers[TOKEN_HEADER] = token;
    if (headers["Authorization"] !== undefined) return request;
    const { settings, accessKeyId, accessKeySecret } = summary ?? {};
    if (settings?.signatures !== "required" || !accessKeyId || !accessKeySecret) return request;
    const signed = new Headers(headers);
    const key = { accessKeyId, accessKeySecret };
    await sign(key, endpoint, method.toUpperCase(), new URL(url), signed);
    for (const name of ["Authorization", "x-fc-date"]) headers[name] = signed.get(name) ?? "";
    return request;
  };
}
