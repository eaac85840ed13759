// Resource names by service. Regions and accounts are taken as they come: the API reference's own samples mask
// them ("1986***743", "xxx"), and people paste those.
const resources = new Map([
  ["fc", /^(services\/[^/\s]+\/functions\/[^/\s]+|functions\/[^/\s]+(\/[^/\s]+)?)$/],
  ["mns", /^\/?(queues|topics)\/[^/\s]+\/messages$/],
  ["eventbridge", /^\/?eventbus\/[^/\s]+$/],
  ["mq", /^\/?instances\/[^/\s]+\/topics\/[^/\s]+$/],
]);

const MAX_LENGTH = 1024;

/** What an error message says a destination is. */
export const DESTINATION_ALLOWED =
  `"" (to clear it) or a resource name: ` +
  "acs:fc:{region}:{account}:services/{service}/functions/{function}, " +
  "acs:fc:{region}:{account}:functions/{function}, " +
  "acs:mns:{region}:{account}:/queues/{queue}/messages, " +
  "acs:mns:{region}:{account}:/topics/{topic}/messages, " +
  "acs:eventbridge:{region}:{account}:eventbus/{bus} or " +
  "acs:mq:{region}:{account}:/instances/{instance}/topics/{topic}";

/** Whether this is the name of a resource that Function Compute can send results to. */
export function isDestination(text: string): boolean {
  if (text.length > MAX_LENGTH) return false;
  const [, service, resource] = /^acs:([a-z]+):[^:/\s]*:[^:/\s]*:(.*)$/.exec(text) ?? [];
  return service !== undefined && resource !== undefined && (resources.get(service)?.test(resource) ?? false);
}
