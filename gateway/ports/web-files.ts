/** Style sheets, scripts and pictures of the pages, as they are sent. */

export interface WebFile {
  readonly type: 'css' | 'js' | 'svg'
  readonly body: Buffer
  readonly gzip: Buffer
  readonly brotli: Buffer
  /** First 16 hex digits of its SHA-256. */
  readonly mark: string
}

/** By name: a closed list. */
export type WebFiles = ReadonlyMap<string, WebFile>
