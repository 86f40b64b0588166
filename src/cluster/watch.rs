//! Watching the objects of one kind in one scope, over kube's watcher, which
//! resumes, lists again after `410 Gone` and backs off.

use std::sync::Arc;

use futures::{Stream, StreamExt as _};
use kube::Api;
use kube::api::{ApiResource, DynamicObject};
use kube::runtime::{WatchStreamExt as _, watcher};

use super::objects::Scope;
use super::request::Cluster;
use super::resource::Resource;
use crate::json::Value;

/// What a watch sees.
#[derive(Debug, Clone)]
pub enum WatchEvent<Object = Value> {
    /// The object is now like this.
    Seen(Object),
    /// The object is gone; this is how it was last.
    Gone(Object),
    /// From here on all objects that are there now are seen, at the start and
    /// whenever the watch couldn't be resumed: it doesn't tell then what went
    /// meanwhile.
    Listing,
    /// All objects that are there now have been seen since the last `Listing`;
    /// what hasn't been is gone.
    Listed,
    /// The watch is broken for now and will be tried again.
    Broken(String),
}

impl WatchEvent {
    /// For several who look at it: the object without what says who wrote which field, which
    /// is half of it.
    pub fn shared(self) -> WatchEvent<Arc<Value>> {
        let slim = |mut object: Value| {
            if let Some(metadata) = object["metadata"].as_object_mut() {
                metadata.remove("managedFields");
            }
            Arc::new(object)
        };
        match self {
            Self::Seen(object) => WatchEvent::Seen(slim(object)),
            Self::Gone(object) => WatchEvent::Gone(slim(object)),
            Self::Listing => WatchEvent::Listing,
            Self::Listed => WatchEvent::Listed,
            Self::Broken(why) => WatchEvent::Broken(why),
        }
    }
}

impl Cluster {
    /// Watches a kind in a scope: first everything that's there, then what
    /// changes. Never ends by itself.
    pub fn watch(&self, resource: &Resource, scope: &Scope) -> impl Stream<Item = WatchEvent> + Send + use<> {
        self.watch_some(resource, scope, watcher::Config::default())
    }

    /// The same for one object, by its name.
    pub fn watch_one(
        &self,
        resource: &Resource,
        scope: &Scope,
        name: &str,
    ) -> impl Stream<Item = WatchEvent> + Send + use<> {
        let config = watcher::Config::default().fields(&format!("metadata.name={name}"));
        self.watch_some(resource, scope, config)
    }

    /// The same for objects with a label, such as `app=web`.
    pub fn watch_labelled(
        &self,
        resource: &Resource,
        scope: &Scope,
        label: &str,
    ) -> impl Stream<Item = WatchEvent> + Send + use<> {
        self.watch_some(resource, scope, watcher::Config::default().labels(label))
    }

    fn watch_some(
        &self,
        resource: &Resource,
        scope: &Scope,
        config: watcher::Config,
    ) -> impl Stream<Item = WatchEvent> + Send + use<> {
        self.count_request();
        let api_resource = ApiResource {
            group: resource.kind.group.clone(),
            version: resource.version.clone(),
            api_version: resource.api_version().to_string(),
            kind: resource.kind.kind.clone(),
            plural: resource.plural.clone(),
        };
        let client = self.client().clone();
        let api: Api<DynamicObject> = match scope {
            Scope::Namespace(namespace) if resource.namespaced => {
                Api::namespaced_with(client, namespace, &api_resource)
            }
            _ => Api::all_with(client, &api_resource),
        };
        watcher(api, config).default_backoff().map(move |event| translated(event, &api_resource))
    }
}

fn translated(
    event: Result<watcher::Event<DynamicObject>, watcher::Error>,
    resource: &ApiResource,
) -> WatchEvent {
    match event {
        Ok(watcher::Event::Apply(object) | watcher::Event::InitApply(object)) => {
            WatchEvent::Seen(to_value(object, resource))
        }
        Ok(watcher::Event::Delete(object)) => WatchEvent::Gone(to_value(object, resource)),
        Ok(watcher::Event::Init) => WatchEvent::Listing,
        Ok(watcher::Event::InitDone) => WatchEvent::Listed,
        Err(error) => WatchEvent::Broken(error.to_string()),
    }
}

/// The object as JSON, with the kind that lists leave out.
fn to_value(mut object: DynamicObject, resource: &ApiResource) -> Value {
    object.types.get_or_insert_with(|| kube::api::TypeMeta {
        api_version: resource.api_version.clone(),
        kind: resource.kind.clone(),
    });
    // What came as JSON goes back to JSON.
    crate::json::to_value(object).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relist_is_told_from_its_start_to_its_end() {
        let resource = ApiResource::erase::<k8s_openapi::api::core::v1::Pod>(&());
        assert!(matches!(translated(Ok(watcher::Event::Init), &resource), WatchEvent::Listing));
        assert!(matches!(translated(Ok(watcher::Event::InitDone), &resource), WatchEvent::Listed));
    }
}
