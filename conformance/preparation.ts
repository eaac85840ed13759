import { setTimeout } from "node:timers/promises";
import { type ApiVersion, versionById } from "../src/fc/versions.ts";
import { type Endpoint, type Request, send } from "./endpoint.ts";
import { errorItemsOf, itemOf, shown } from "./expectation.ts";
import type { Subject } from "./placeholders.ts";

/** A zip file with one Python file, in base64: nothing invokes it. */
export const ZIP =
  "UEsDBBQAAAAAAAAAIVwRES1SSAAAAEgAAAAIAAAAaW5kZXgucHkjIC0qLSBjb2Rpbmc6IHV0Zi04IC0qLQpkZWYgaGFuZGxlcihldmVudCwgY29udGV4dCk6CiAgICByZXR1cm4gImhlbGxvIgpQSwECFAMUAAAAAAAAACFcEREtUkgAAABIAAAACAAAAAAAAAAAAAAAgAEAAAAAaW5kZXgucHlQSwUGAAAAAAEAAQA2AAAAbgAAAAAA";

/** What a function must have besides its name. */
export const FUNCTION = { runtime: "python3.10", handler: "index.handler", code: { zipFile: ZIP } };

const PAUSES_MS = [0, 1000, 3000];

/** A resource that a run makes: the request that creates it, and the request that deletes it. */
interface Made {
  readonly create: Request;
  readonly remove: Request;
}

/**
 * The services, functions, versions and aliases that a run makes before its scenarios, and deletes after them.
 */
export class Preparation {
  readonly #endpoint: Endpoint;
  readonly #plan: readonly Made[];
  readonly #made: Request[] = [];

  /** `versions` are the API versions in which scenarios run. */
  constructor(subject: Subject, endpoint: Endpoint, versions: readonly ApiVersion[]) {
    this.#endpoint = endpoint;
    const fc2 = versions.some(({ hasServices }) => hasServices) ? planOfFc2(subject, endpoint) : [];
    const fc3 = versions.some(({ hasServices }) => !hasServices) ? planOfFc3(subject, endpoint) : [];
    this.#plan = [...fc2, ...fc3];
  }

  /** Creates everything. Throws an Error that says what was refused, or rejects when no answer arrives. */
  async make(signal: AbortSignal): Promise<void> {
    for (const { create, remove } of this.#plan) {
      signal.throwIfAborted();
      // Without the signal: an aborted creation might take effect after the deletion that follows.
      this.#made.push(remove);
      const { status, body } = await send(this.#endpoint, create).catch((error) => {
        // Nobody listens, so nothing was created.
        if (error.cause?.code === "ECONNREFUSED") this.#made.pop();
        throw error;
      });
      if (status === 200) continue;
      if (status >= 400 && status < 500) this.#made.pop();
      const code = itemOf(body, errorItemsOf(create.version).code);
      throw new Error(
        `${create.method} ${create.path} was answered with ${status} ${shown(code ?? body)}; --help says how to name what is there already.`,
      );
    }
  }

  /** Deletes everything that was made. Returns what is left, each with the reason. */
  async remove(giveUp: AbortSignal): Promise<string[]> {
    const left: string[] = [];
    for (const request of this.#made.toReversed()) {
      const failure = await this.#remove(request, giveUp);
      if (failure !== undefined) left.push(`${request.path}: ${failure}`);
    }
    return left;
  }

  async #remove(request: Request, giveUp: AbortSignal): Promise<string | undefined> {
    let failure = "interrupted";
    for (const pauseMs of PAUSES_MS) {
      try {
        await setTimeout(pauseMs, undefined, { signal: giveUp });
        const { status, body } = await send(this.#endpoint, request, giveUp);
        if (status < 300 || status === 404) return undefined;
        failure = `${status} ${shown(itemOf(body, errorItemsOf(request.version).code) ?? body)}`;
      } catch (error) {
        if (giveUp.aborted) return failure;
        failure = error instanceof Error ? error.message : String(error);
      }
    }
    return failure;
  }
}

function planOfFc2({ service, function: name, ...qualifiers }: Subject, endpoint: Endpoint): Made[] {
  const version = versionById("2016-08-15");
  const owner = `/2016-08-15/services/${service}`;
  return [
    made(version, "/2016-08-15/services", service, { serviceName: service, description: DESCRIPTION }),
    made(version, `${owner}/functions`, name, { functionName: name, ...FUNCTION }),
    ...planOfQualifiers(version, owner, qualifiers, endpoint),
  ];
}

function planOfFc3({ functionOfFc3: name, ...qualifiers }: Subject, endpoint: Endpoint): Made[] {
  const version = versionById("2023-03-30");
  const functions = "/2023-03-30/functions";
  return [
    made(version, functions, name, { functionName: name, description: DESCRIPTION, ...FUNCTION }),
    ...planOfQualifiers(version, `${functions}/${name}`, qualifiers, endpoint),
  ];
}

const DESCRIPTION = "Made by the conformance kit of fc-sandbox, which deletes it again";

function planOfQualifiers(
  version: ApiVersion,
  owner: string,
  { version: number, alias }: Pick<Subject, "version" | "alias">,
  { offers }: Endpoint,
): Made[] {
  if (!offers.has("version")) return [];
  const published = made(version, `${owner}/versions`, number, { description: DESCRIPTION });
  if (!offers.has("alias")) return [published];
  return [published, made(version, `${owner}/aliases`, alias, { aliasName: alias, versionId: number })];
}

function made(version: ApiVersion, path: string, name: string, body: object): Made {
  const common = { version, query: "", headers: {}, body: "" };
  return {
    create: {
      ...common,
      method: "POST",
      path,
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    },
    remove: { ...common, method: "DELETE", path: `${path}/${name}` },
  };
}
