import { Schema } from "mongoose";

/** An event that follows from a change of a row and was perhaps not published yet. Written with the change itself. */
export interface Told {
  /** Follows from the cause, so that telling it twice is telling it once. */
  id: string;
  type: string;
  at: Date;
  conversationId: string | null;
  data: Record<string, unknown>;
}

/** The outbox of a row: changed together with the row, emptied once its events are in the workspace's sequence. */
export interface Telling {
  tell?: Told[];
  /** Since when `tell` holds something; absent when it is empty, so that the index holds only rows with something to tell. */
  tellAt?: Date;
}

/** The two fields of `Telling`, for a schema. */
export const tellingFields = {
  tell: {
    type: [
      new Schema<Told>(
        {
          id: { type: String, required: true },
          type: { type: String, required: true },
          at: { type: Date, required: true },
          conversationId: { type: String, default: null },
          data: { type: Schema.Types.Mixed, required: true },
        },
        { _id: false, minimize: false },
      ),
    ],
    default: undefined,
  },
  tellAt: { type: Date },
} as const;

/** The index that finds rows whose events were not published, because a process died in between. */
export const tellingIndex = [{ tellAt: 1 }, { partialFilterExpression: { tellAt: { $type: "date" } } }] as const;
