import type { DeliveriesPage } from "../../../client/index.ts";
import { pagedList } from "../pagedList.ts";
import { control, invocations, summary } from "../sandbox.ts";

/** A delivery as the inbox keeps it. */
export type ShownDelivery = DeliveriesPage["deliveries"][number];

/** The newest deliveries. */
export const {
  pages: inbox,
  loadOlder: loadOlderDeliveries,
  useList: useInbox,
} = pagedList<ShownDelivery>({
  read: async (asked) => {
    const { deliveries, nextToken } = await control().deliveries.list({}, asked);
    return { list: deliveries, nextToken };
  },
  idOf: ({ id }) => id,
  follow: () => {
    // What was delivered shows in the invocations, and what was cleared in the counts.
    void invocations.value;
    void summary.value?.counts.deliveries;
    return true;
  },
});
