/**
 * Which channel serves which model under which name: what channels say themselves, and, for models that are others with
 * parameters set, what they say of those. To stand in a FROM in the place of `channel_models`.
 */
export const CHANNEL_OFFERS = `(
  SELECT channel_id, public_name, upstream_name FROM channel_models
  UNION ALL
  SELECT base.channel_id, m.slug, base.upstream_name FROM models m JOIN channel_models base ON base.public_name = m.preset ->> 'model'
   WHERE NOT EXISTS (SELECT 1 FROM channel_models own WHERE own.channel_id = base.channel_id AND own.public_name = m.slug))`;
