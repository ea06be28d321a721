/** In pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** An area, with the position of its top left corner. */
export interface Area extends Size {
  readonly left: number;
  readonly top: number;
}
