-- How the shop is doing: the few requests that did not end well, and the newest of all, without reading a whole month.
CREATE INDEX charges_not_ok ON charges (at, model_id) WHERE outcome <> 'ok';
CREATE INDEX charges_at_brin ON charges USING brin (at);
