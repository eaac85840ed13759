// Resource names by service. Regions and accounts are taken as they come: the API reference's own samples mask
// them ("1986***743", "xxx"), and people paste those.
const NAME = "[^/\\s]+";
const RESOURCES = [
  `fc:OWNER:(?:services/${NAME}/functions/${NAME}|functions/${NAME}(?:/${NAME})?)`,
  `mns:OWNER:/?(?:queues|topics)/${NAME}/messages`,
  `eventbridge:OWNER:/?eventbus/${NAME}`,
  `mq:OWNER:/?instances/${NAME}/topics/${NAME}`,
].map((resource) => resource.replace("OWNER", "[^:/\\s]*:[^:/\\s]*"));

/** The name of a resource that Function Compute can send results to; or nothing. */
export const DESTINATION = new RegExp(`^(?:acs:(?:${RESOURCES.join("|")}))?$`);

export const MAX_DESTINATION_LENGTH = 1024;

/** What an error message says that a longer one must be. */
export const DESTINATION_TOO_LONG = `at most ${MAX_DESTINATION_LENGTH} characters long`;

/** What an error message says a destination is. */
export const DESTINATION_ALLOWED =
  `"" (to clear it) or a resource name: ` +
  "acs:fc:{region}:{account}:services/{service}/functions/{function}, " +
  "acs:fc:{region}:{account}:functions/{function}, " +
  "acs:mns:{region}:{account}:/queues/{queue}/messages, " +
  "acs:mns:{region}:{account}:/topics/{topic}/messages, " +
  "acs:eventbridge:{region}:{account}:eventbus/{bus} or " +
  "acs:mq:{region}:{account}:/instances/{instance}/topics/{topic}";
