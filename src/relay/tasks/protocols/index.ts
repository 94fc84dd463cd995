import { arkTask } from "#relay/tasks/protocols/ark-task.ts";
import { dashscopeTask } from "#relay/tasks/protocols/dashscope-task.ts";
import { jimeng } from "#relay/tasks/protocols/jimeng.ts";
import { kling } from "#relay/tasks/protocols/kling.ts";
import { luma } from "#relay/tasks/protocols/luma.ts";
import { minimaxVideo } from "#relay/tasks/protocols/minimax-video.ts";
import { mjProxy } from "#relay/tasks/protocols/mj-proxy.ts";
import { openaiVideos } from "#relay/tasks/protocols/openai-videos.ts";
import { openaiResponsesTask } from "#relay/tasks/protocols/openai-responses.ts";
import { runway } from "#relay/tasks/protocols/runway.ts";
import { suno } from "#relay/tasks/protocols/suno.ts";
import { veo } from "#relay/tasks/protocols/veo.ts";
import { veoVertex } from "#relay/tasks/protocols/veo-vertex.ts";
import { videoGenerations } from "#relay/tasks/protocols/video-generations.ts";
import { vidu } from "#relay/tasks/protocols/vidu.ts";
import { xaiVideo } from "#relay/tasks/protocols/xai-video.ts";
import type { TaskProtocol } from "#relay/tasks/task-protocol.ts";
import type { TaskForm, TaskProtocolId } from "#relay/tasks/task.ts";

export const taskProtocols: Readonly<Record<TaskProtocolId, TaskProtocol>> = {
  "openai-videos": openaiVideos, "video-generations": videoGenerations, kling, vidu, "minimax-video": minimaxVideo, "ark-task": arkTask, "dashscope-task": dashscopeTask,
  jimeng, veo, "veo-vertex": veoVertex, "xai-video": xaiVideo, runway, luma, "mj-proxy": mjProxy, suno, "openai-responses": openaiResponsesTask,
};

/** Those whose actions are their own: nobody else can be asked in their place. */
const OWN: Readonly<Partial<Record<TaskForm, TaskProtocolId>>> = { mj: "mj-proxy", suno: "suno", kling: "kling", responses: "openai-responses" };

/** Can what was asked in this form be told to such a vendor? */
export const speaksForm = (form: TaskForm, protocol: TaskProtocolId): boolean =>
  (OWN[form] === undefined ? protocol !== "mj-proxy" && protocol !== "suno" : OWN[form] === protocol);
