/** What a row of `delivery_stats` counts. The last three are the states of finished deliveries. */
export const KIND = { accepted: 0, attempt: 1, delivered: 2, failed: 3, cancelled: 4 } as const;
