import { ok, type Result } from "../../lib/result.ts";
import { parseItems, readJsonBody } from "../bodyItems.ts";
import { type ApiError, failure, invalid } from "../errors.ts";
import { itemsBody, nameSchema } from "../itemSchemas.ts";
import { type ListRequest, listReader, pageOfResources, renderList } from "../listRequest.ts";
import { type FunctionName, maxFunctionNameLength, parseName } from "../names.ts";
import { versionNumber } from "../qualifier.ts";
import type { OperationRequest, Performed } from "../request.ts";
import type { RequestNames } from "../requestNames.ts";
import {
  checkIfMatch,
  etagHeader,
  heldBy,
  type Items,
  limitReached,
  type NamedResource,
  ownerOf,
  type ResourceChange,
  type ResourceHandler,
  type ResourceOperand,
  readIfMatch,
  type StoredFunction,
  type StoredVersion,
  stamp,
} from "../resources.ts";
import type { ApiVersion } from "../versions.ts";
import { type CodeItems, codeSchema, type GivenCode, NO_CODE, readCode, storedCode } from "./code.ts";
import { renderFunction, withAcceleration } from "./render.ts";
import { fc2FunctionItems, fc3FunctionItems, UNKNOWN_RUNTIME, unknownRuntime } from "./schema.ts";

/** The bodies of requests that write a function, by generation of the API. */
export const functionBodies = {
  fc2: bodiesOf(fc2FunctionItems),
  fc3: bodiesOf(fc3FunctionItems),
};

function bodiesOf(items: typeof fc2FunctionItems | typeof fc3FunctionItems) {
  return {
    creation: itemsBody({ functionName: nameSchema, code: codeSchema, ...items }),
    update: itemsBody({ code: codeSchema, ...items }),
  };
}

/** The items that a function must be created with, besides its name and its code. */
export const requiredFunctionItems = ["runtime", "handler"] as const;

/** What a request gives of a function. */
interface GivenFunction {
  readonly items: Items;
  readonly code: GivenCode | undefined;
}

/** Reads what a request gives of a function, and the name that the body of a creation has. */
function readFunction(
  request: OperationRequest,
  version: ApiVersion,
  kind: "creation" | "update",
): Result<GivenFunction & { readonly name: unknown }, ApiError> {
  const body = readJsonBody(request);
  if (!body.ok) return body;
  const refuse = (message: string | undefined, came: unknown) =>
    message === UNKNOWN_RUNTIME ? failure("InvalidArgument", unknownRuntime(came)) : undefined;
  const given = parseItems(functionBodies[version.hasServices ? "fc2" : "fc3"][kind], body.value, refuse);
  if (!given.ok) return given;
  const { functionName, code, ...items } = given.value;
  const header = request.header("X-Fc-Code-Checksum");
  const read = readCode((code ?? {}) as CodeItems, header, request.limits.codeBytes);
  return read.ok ? ok({ name: functionName, items, code: read.value }) : read;
}

/**
 * Checks what the items say together. InvalidArgument names the item that does not go with another. Source:
 * CreateFunction, in both generations.
 */
function checkTogether(items: Items, hasServices: boolean): Result<undefined, ApiError> {
  const { cpu, memorySize, instanceConcurrency, instanceSoftConcurrency, runtime, customContainerConfig } =
    items as Readonly<Record<string, unknown>>;
  if (typeof cpu === "number" && typeof memorySize === "number") {
    const gbPerCpu = memorySize / 1024 / cpu;
    if (gbPerCpu < 1 - 1e-9 || gbPerCpu > 4 + 1e-9) {
      return failure(
        "InvalidArgument",
        `cpu ${cpu} does not go with memorySize ${memorySize}: each vCPU takes 1 to 4 GB of memory`,
      );
    }
  }
  if (hasServices && Number(instanceSoftConcurrency ?? 0) > Number(instanceConcurrency ?? 1)) {
    return invalid("instanceSoftConcurrency", "no more than instanceConcurrency", instanceSoftConcurrency);
  }
  if (runtime === "custom-container" && customContainerConfig === undefined) {
    return failure("InvalidArgument", "customContainerConfig is required for the runtime 'custom-container'");
  }
  return ok(undefined);
}

export interface CreateFunction extends GivenFunction {
  readonly operation: "CreateFunction";
  readonly named: Partial<RequestNames> & { readonly function: string };
}

export const createFunction: ResourceHandler<CreateFunction> = {
  read(request, version) {
    const given = readFunction(request, version, "creation");
    if (!given.ok) return given;
    const { name: came, items, code } = given.value;
    const name = parseName("FunctionName", String(came ?? ""), maxFunctionNameLength(version, request));
    if (!name.ok) return name;
    for (const item of requiredFunctionItems) {
      if (items[item] === undefined)
        return failure("InvalidArgument", `${item} is required but not provided`);
    }
    if (code === undefined && items["customContainerConfig"] === undefined) {
      return failure("InvalidArgument", "code is required but not provided");
    }
    const named = { ...(version.hasServices ? {} : { service: "" }), function: name.value };
    return ok({ operation: "CreateFunction", named, items, code });
  },

  perform({ named, items, code }, on) {
    const { names, resources, limits, now } = on;
    const name = { service: names.service ?? "", function: named.function };
    if (name.service && !resources.service(name.service)) {
      return { outcome: failure("ServiceNotFound", name.service) };
    }
    if (resources.function(name)) {
      return { outcome: failure("FunctionAlreadyExists", name.function, name.service) };
    }
    if (resources.count("functions") >= limits.functions) {
      return { outcome: limitReached("this sandbox", limits.functions, "functions") };
    }
    const made = { id: crypto.randomUUID(), lastVersion: 0, ...stamp(now) };
    return written({ ...made, items, code: NO_CODE }, code, name, on);
  },
};

/** The answer to a request that writes a function, with the code that it gives. */
function written(
  before: StoredFunction,
  code: GivenCode | undefined,
  name: FunctionName,
  { version, place }: ResourceOperand,
): Performed<ResourceChange> {
  const together = checkTogether(before.items, version.hasServices);
  if (!together.ok) return { outcome: together };
  const value = code ? { ...before, code: storedCode(code) } : before;
  return {
    outcome: ok(renderFunction(version, name, place, value)),
    headers: etagHeader(value),
    change: [{ kind: "function", name, value, ...(code?.zipFile ? { zipFile: code.zipFile } : {}) }],
  };
}

/** The function that a request names, as the qualifier's version has it. */
function functionOf({ names, resources }: ResourceOperand): Result<StoredFunction, ApiError> {
  const name = nameOf(names);
  if (name.service && !resources.service(name.service)) return failure("ServiceNotFound", name.service);
  const present = resources.function(name);
  // A version of a service has functions that the service may no longer have.
  if (!name.service && present === undefined) return notFound(name);
  const owner = ownerOf(name);
  const version = versionNumber(owner, names.qualifier, resources);
  if (!version.ok) return version;
  if (version.value === undefined) return present ? ok(present) : notFound(name);
  const picture = name.service
    ? resources.functionOfVersion(version.value, name)
    : pictureOf(resources.version(owner, version.value));
  return picture ? ok(picture) : notFound(name);
}

/** The function of FC 3.0 as a version has it, with the version's description. Source: Terraform's provider. */
function pictureOf(version: StoredVersion | undefined): StoredFunction | undefined {
  if (version === undefined || !("code" in version.of)) return undefined;
  const { of, description } = version;
  return { ...of, items: { ...of.items, description } };
}

function nameOf({ service, function: name }: RequestNames): FunctionName {
  return { service: service ?? "", function: name ?? "" };
}

function notFound({ service, function: name }: FunctionName) {
  return failure("FunctionNotFound", name, service);
}

export interface GetFunction {
  readonly operation: "GetFunction";
}

export const getFunction: ResourceHandler<GetFunction> = {
  read: () => ok({ operation: "GetFunction" }),

  perform(_, on) {
    const found = functionOf(on);
    if (!found.ok) return { outcome: found };
    const shown = renderFunction(on.version, nameOf(on.names), on.place, found.value);
    return {
      outcome: ok(on.version.hasServices ? withAcceleration(shown) : shown),
      headers: etagHeader(found.value),
    };
  },
};

export interface GetFunctionCode {
  readonly operation: "GetFunctionCode";
  readonly endpoint: string;
}

export const getFunctionCode: ResourceHandler<GetFunctionCode> = {
  read: (request) => ok({ operation: "GetFunctionCode", endpoint: request.endpoint() }),

  async perform({ endpoint }, on) {
    const found = functionOf(on);
    if (!found.ok) return { outcome: found };
    const { checksum, stored = "", bucket } = found.value.code;
    const url = bucket
      ? `https://${bucket.name}.oss-${on.place.region}.aliyuncs.com/${pathOf(bucket.object)}`
      : await on.codeUrl(endpoint, stored);
    return { outcome: ok({ url, checksum }) };
  },
};

/** The path of an object in a bucket. The name may have any character, such as `?` or half a surrogate pair. */
function pathOf(object: string): string {
  return object.toWellFormed().split("/").map(encodeURIComponent).join("/");
}

export interface UpdateFunction extends GivenFunction {
  readonly operation: "UpdateFunction";
  readonly ifMatch: string | null;
}

export const updateFunction: ResourceHandler<UpdateFunction> = {
  read(request, version) {
    const given = readFunction(request, version, "update");
    if (!given.ok) return given;
    const { items, code } = given.value;
    return ok({ operation: "UpdateFunction", items, code, ifMatch: readIfMatch(request, version) });
  },

  perform({ items, code, ifMatch }, on) {
    const found = presentFunction(on, ifMatch);
    if (!found.ok) return { outcome: found };
    const before = found.value;
    const after = { ...before, items: { ...before.items, ...items }, ...stamp(on.now, before) };
    return written(after, code, nameOf(on.names), on);
  },
};

/** The function that a request names and If-Match allows to change. */
function presentFunction(
  { names, resources }: ResourceOperand,
  ifMatch: string | null,
): Result<StoredFunction, ApiError> {
  const name = nameOf(names);
  if (name.service && !resources.service(name.service)) return failure("ServiceNotFound", name.service);
  const found = resources.function(name);
  if (found === undefined) return notFound(name);
  const matches = checkIfMatch(ifMatch, found);
  return matches.ok ? ok(found) : matches;
}

export interface DeleteFunction {
  readonly operation: "DeleteFunction";
  readonly ifMatch: string | null;
}

export const deleteFunction: ResourceHandler<DeleteFunction> = {
  read: (request, version) => ok({ operation: "DeleteFunction", ifMatch: readIfMatch(request, version) }),

  perform({ ifMatch }, on) {
    const found = presentFunction(on, ifMatch);
    if (!found.ok) return { outcome: found };
    const name = nameOf(on.names);
    const holds = name.service ? undefined : heldBy(name, on.resources);
    if (holds) return { outcome: failure("FunctionNotEmpty", name.function, holds) };
    return { outcome: ok(undefined), change: [{ kind: "function", name, value: null }] };
  },
};

export interface ListFunctions {
  readonly operation: "ListFunctions";
  readonly list: ListRequest;
}

export const listFunctions: ResourceHandler<ListFunctions> = {
  read: listReader("ListFunctions"),

  async perform({ list }, on) {
    const { names, resources, version } = on;
    const service = names.service ?? "";
    if (service && !resources.service(service)) return { outcome: failure("ServiceNotFound", service) };
    const number = service
      ? versionNumber({ service, function: "" }, names.qualifier, resources)
      : ok(undefined);
    if (!number.ok) return { outcome: number };
    const of = ["functions", service, number.value ?? ""];
    const page = await pageOfResources(list, of, on, (range) =>
      resources.functions(service, number.value, range),
    );
    if (!page.ok) return { outcome: page };
    const render = ({ name, value }: NamedResource<StoredFunction>) =>
      renderFunction(version, { service, function: name }, on.place, value);
    return { outcome: ok(renderList(version, "functions", page.value, render)) };
  },
};
