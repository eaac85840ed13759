import { DEFAULT_QUALIFIER, type FunctionName, NAME, QUALIFIER } from "./names.ts";
import type { ApiVersion } from "./versions.ts";

// Resource names by service. Regions and accounts are taken as they come: the API reference's own samples mask
// them ("1986***743", "xxx"), and people paste those.
const PART = "[^/\\s]+";
const RESOURCES = [
  `fc:OWNER:(?:services/${PART}/functions/${PART}|functions/${PART}(?:/${PART})?)`,
  `mns:OWNER:/?(?:queues|topics)/${PART}/messages`,
  `eventbridge:OWNER:/?eventbus/${PART}`,
  `mq:OWNER:/?instances/${PART}/topics/${PART}`,
].map((resource) => resource.replace("OWNER", "[^:/\\s]*:[^:/\\s]*"));

/** The name of a resource that Function Compute can send results to. */
export const DESTINATION = new RegExp(`^acs:(?:${RESOURCES.join("|")})$`);

/** What an error message says a destination is. */
export const DESTINATION_ALLOWED =
  "a resource name: " +
  "acs:fc:{region}:{account}:services/{service}/functions/{function}, " +
  "acs:fc:{region}:{account}:functions/{function}, " +
  "acs:mns:{region}:{account}:/queues/{queue}/messages, " +
  "acs:mns:{region}:{account}:/topics/{topic}/messages, " +
  "acs:eventbridge:{region}:{account}:eventbus/{bus} or " +
  "acs:mq:{region}:{account}:/instances/{instance}/topics/{topic}";

/** The kinds of destinations. */
export const destinationKinds = ["fc", "mns", "eventbridge", "mq"] as const;
export type DestinationKind = (typeof destinationKinds)[number];

/** The kind of a destination that a config has. */
export function destinationKind(destination: string): DestinationKind {
  const [, service] = destination.split(":");
  return destinationKinds.find((kind) => kind === service) ?? "mns";
}

/** A function as a destination names it. */
export interface CalledFunction extends FunctionName {
  readonly qualifier: string;
}

/**
 * The function that a destination names, in either form; undefined for other destinations, and where no function can have
 * the name.
 */
export function destinationFunction(destination: string): CalledFunction | undefined {
  if (destinationKind(destination) !== "fc") return undefined;
  const [first, second = "", third, fourth = ""] = destination.split(":").slice(4).join(":").split("/");
  if (first === "functions") return called("", second, third ?? DEFAULT_QUALIFIER);
  const [, service = "", qualifier = DEFAULT_QUALIFIER] = /^([^.]*)(?:\.(.*))?$/.exec(second) ?? [];
  return NAME.test(service) ? called(service, fourth, qualifier) : undefined;
}

function called(service: string, name: string, qualifier: string): CalledFunction | undefined {
  return NAME.test(name) && QUALIFIER.test(qualifier) ? { service, function: name, qualifier } : undefined;
}

/** The version of the API by which a delivery calls a function. */
export function versionOfCall({ service }: CalledFunction): ApiVersion["id"] {
  return service === "" ? "2023-03-30" : "2021-04-06";
}
