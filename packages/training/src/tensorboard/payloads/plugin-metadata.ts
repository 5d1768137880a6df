import { create } from '@bufbuild/protobuf';
import {
  type SummaryMetadata,
  SummaryMetadataSchema,
} from '../events/gen/tensorboard/compat/proto/summary_pb.js';

/** What TensorBoard shows beside a tag. Only what the first summary of a tag says counts. */
export interface TagOptions {
  /** Shown in place of the tag. */
  readonly displayName?: string;
  /** Shown under the tag; Markdown. */
  readonly description?: string;
}

/** The metadata that tell TensorBoard which plugin a summary is for. */
export function pluginMetadata(
  pluginName: string,
  options: TagOptions & { readonly content?: Uint8Array } = {},
): SummaryMetadata {
  const { displayName = '', description = '', content = new Uint8Array(0) } = options;
  return create(SummaryMetadataSchema, {
    pluginData: { pluginName, content },
    displayName,
    summaryDescription: description,
  });
}
