/** Reading files for what they are, and handing them out safely. */
export { sniff, safeName, type Sniffed } from "./sniff.js";
export { thumbnail, type Thumbnail } from "./thumbnail.js";
export { waveform, type Waveform } from "./waveform.js";
export { voiceMaker, type VoicePrograms } from "./voice.js";
export { downloadHeaders } from "./downloadHeaders.js";
