import { createImagemill, pictureHtml } from '@imagemill/client';
import { useImageUpload } from '@imagemill/client/react';
import { uppyCompletion, uppyS3Options } from '@imagemill/client/uppy';
import AwsS3 from '@uppy/aws-s3';
import Uppy from '@uppy/core';
import { createElement, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

const tools = {
  createImagemill,
  pictureHtml,
  uppyCompletion,
  uppyS3Options,
  useImageUpload,
  AwsS3,
  Uppy,
  createElement,
  createRoot,
  StrictMode,
};

declare global {
  /** The globals of a test page: the client, Uppy and React, bundled as in an app. */
  var onPage: typeof tools;
}

globalThis.onPage = tools;
