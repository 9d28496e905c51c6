/** The browser is Debian's chromium; nothing is downloaded while installing. */
module.exports = { skipDownload: true };
