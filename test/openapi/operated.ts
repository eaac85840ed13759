import { type Sandbox, startSandbox } from "../../src/local/startSandbox.ts";
import type { Operation } from "./document.ts";

const OPERATOR = { Authorization: "Bearer operator" };
const JSON_TYPE = { "Content-Type": "application/json" };
const LARGE = JSON.stringify({ team: "x".repeat(70_000) });

/** A request of an operation, and the status that it comes to. */
export interface OperatedRequest {
  readonly status: number;
  readonly values?: Readonly<Record<string, string>>;
  readonly query?: string;
  readonly body?: string;
  readonly headers: Record<string, string>;
}

/** A server with an operator, where creating a sandbox needs an invitation. Its operations take turns. */
export class OperatedServer {
  readonly #served: Sandbox;

  static async start(): Promise<OperatedServer> {
    const variables = { OPERATOR_TOKEN: "operator", CREATION: "invited" };
    return new OperatedServer(await startSandbox({ variables }));
  }

  private constructor(served: Sandbox) {
    this.#served = served;
  }

  get url(): string {
    return this.#served.url;
  }

  close(): Promise<void> {
    return this.#served.close();
  }

  /** Requests that come to every outcome which an operation has here, the successful ones first. */
  async requestsOf({ id, path, object }: Operation): Promise<OperatedRequest[]> {
    const { values, body, refused, found = [{}] } = await this.#usual(id);
    const usual = { values, ...(body === undefined ? {} : { body }), headers: OPERATOR };
    const statuses = Object.keys(object.responses).map(Number);
    const success = statuses.find((status) => status < 300) ?? 0;
    const wrong: OperatedRequest[] = [
      { ...usual, status: 401, headers: {} },
      { ...usual, status: 403, headers: { Authorization: "Bearer wrong" } },
    ];
    if (id === "createSandbox") return wrong;
    const isList = id.startsWith("list") && statuses.includes(400);
    return [
      ...(id === "restoreSandbox"
        ? [{ ...usual, status: 501 }]
        : found.map((query) => ({ ...usual, ...query, status: success }))),
      ...wrong,
      ...(path.includes("{id}") ? [{ ...usual, status: 404, values: { id: "nothing" } }] : []),
      ...(isList ? [{ ...usual, status: 400, query: "?limit=0" }] : []),
      ...(body ? [{ ...usual, status: 400, body: '{"nonsense":1}' }] : []),
      ...(body ? [{ ...usual, status: 413, body: LARGE }] : []),
      ...(refused ? [{ ...usual, ...refused, status: 409 }] : []),
    ];
  }

  /** What an operation is asked for, having made what that needs; and what is refused with 409. */
  async #usual(id: string): Promise<{
    readonly values: Readonly<Record<string, string>>;
    readonly body?: string;
    /** Queries that the operation answers. */
    readonly found?: readonly { readonly query: string }[];
    readonly refused?: Pick<OperatedRequest, "values" | "body">;
  }> {
    const invitation = await this.#invite();
    if (id.endsWith("Invitation") || id === "listInvitations") {
      const body = '{"team":"checkout","sandboxes":200,"requestsPerDay":500000}';
      return id === "createInvitation" ? { values: {}, body } : { values: { id: invitation.id } };
    }
    const sandbox = await this.#createSandbox(invitation.key);
    switch (id) {
      case "listSandboxes":
        return {
          values: {},
          found: [{ query: `?invitation=${invitation.id}` }, { query: "?sort=bytes&limit=1" }],
        };
      case "listDeploymentAudit":
        return { values: {}, found: [{ query: "?limit=1" }, { query: "?format=ndjson" }] };
      case "createLink": {
        const refused = { values: { id: "default" }, body: '{"role":"control"}' };
        return { values: { id: sandbox }, body: '{"role":"watch","rotate":true}', refused };
      }
      case "restoreSandbox":
        return {
          values: { id: sandbox },
          body: JSON.stringify({ time: new Date(Date.now() - 1000).toISOString() }),
        };
      default:
        return { values: { id: sandbox } };
    }
  }

  #invite(): Promise<{ readonly id: string; readonly key: string }> {
    return this.#created("/_sandbox/invitations", { team: "checkout" }, OPERATOR);
  }

  /** Creates a sandbox by an invitation's key, and puts a config in it. Returns its id. */
  async #createSandbox(key: string): Promise<string> {
    const headers = { Authorization: `Bearer ${key}` };
    const { id, endpoint } = await this.#created<{ readonly id: string; readonly endpoint: string }>(
      "/_sandbox/sandboxes",
      { label: "pr-17" },
      headers,
    );
    const put = `${endpoint}/2023-03-30/functions/hello/async-invoke-config`;
    await (await fetch(put, { method: "PUT", headers: JSON_TYPE, body: "{}" })).body?.cancel();
    return id;
  }

  async #created<T>(path: string, body: object, headers: Record<string, string>): Promise<T> {
    const response = await fetch(this.url + path, {
      method: "POST",
      headers: { ...JSON_TYPE, ...headers },
      body: JSON.stringify(body),
    });
    if (response.status !== 201) throw new Error(await response.text());
    return (await response.json()) as T;
  }
}
