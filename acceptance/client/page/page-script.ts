import { createImagemill, pictureHtml } from '@imagemill/client';
import { uppyCompletion, uppyS3Options } from '@imagemill/client/uppy';
import AwsS3 from '@uppy/aws-s3';
import Uppy from '@uppy/core';

const tools = { createImagemill, pictureHtml, uppyCompletion, uppyS3Options, AwsS3, Uppy };

declare global {
  /** What a test's page has at hand: the client and Uppy, as an app would bundle them. */
  var onPage: typeof tools;
}

globalThis.onPage = tools;
